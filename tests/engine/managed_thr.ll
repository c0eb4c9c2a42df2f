; tests/engine/managed_thr.ll - compiled code for the tests of threads: exports with a boundary, loops
; with and without checks, finally blocks, allocation (docs/abi.md).

%clause = type { i64, ptr }

@clause_boundary = constant %clause { i64 3, ptr null }
@clause_anything = constant %clause { i64 2, ptr null }

declare void @log_event(i64)
declare ptr @corert_eh_begin_catch(ptr)
declare void @corert_eh_resume(ptr) noreturn
declare void @RhpReversePInvoke(ptr)
declare void @RhpReversePInvokeReturn(ptr)
declare i32 @RhpExportEnter(ptr)
declare void @RhpPInvoke(ptr)
declare void @RhpPInvokeReturn(ptr)
declare void @RhpThrowEx(ptr) noreturn
declare void @RhpGcPoll()
declare void @RhpEndThread()
declare void @boundary_caught(ptr)
declare i64 @native_blocks(ptr)
declare i32 @llvm.eh.typeid.for.p0(ptr)
declare i32 @corert_eh_personality()

; ---- an export: f(o), 0 if it is closed or did not end ----
define i64 @export_enter(ptr %f, ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %frame = alloca [64 x i8], align 8
  %closed = call i32 @RhpExportEnter(ptr %frame)
  %is_closed = icmp ne i32 %closed, 0
  br i1 %is_closed, label %out, label %in
in:
  %r = invoke i64 %f(ptr %o) to label %done unwind label %pad
done:
  call void @RhpReversePInvokeReturn(ptr %frame)
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } catch ptr @clause_boundary
  %rec = extractvalue { ptr, i32 } %p, 0
  %ex = call ptr @corert_eh_begin_catch(ptr %rec)
  call void @boundary_caught(ptr %ex)
  call void @RhpReversePInvokeReturn(ptr %frame)
  ret i64 0
out:
  ret i64 0
}

; ---- a thread's entry: no boundary; 77 unless it is cancelled ----
define double @plain_enter(ptr %f, ptr %o) #0 section "managed" {
  %frame = alloca [64 x i8], align 8
  call void @RhpReversePInvoke(ptr %frame)
  %r = call i64 %f(ptr %o)
  call void @RhpReversePInvokeReturn(ptr %frame)
  ret double 77.0
}

; ---- counts at o + 8 until *o is set; never comes to a check ----
define i64 @spin_blind(ptr %flag) #0 section "managed" {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %j, %again ]
  %v = load atomic i32, ptr %flag acquire, align 4
  %set = icmp ne i32 %v, 0
  br i1 %set, label %out, label %again
again:
  %j = add i64 %i, 1
  %counter = getelementptr i8, ptr %flag, i64 8
  store atomic i64 %j, ptr %counter monotonic, align 8
  br label %loop
out:
  ret i64 %i
}

; ---- the same, holding `o` and a number only in registers: rbx, r12 and xmm7 ----
define i64 @spin_in_registers(ptr %flag) #0 section "managed" {
entry:
  br label %loop
loop:
  %counter = getelementptr i8, ptr %flag, i64 8
  %n = load atomic i64, ptr %counter monotonic, align 8
  %n1 = add i64 %n, 1
  store atomic i64 %n1, ptr %counter monotonic, align 8
  %secret = call i64 asm sideeffect "movq $1, %rbx\0A\09notq %rbx\0A\09movq %rbx, %xmm7\0A\09movl $$100000, %ecx\0A1:\09subl $$1, %ecx\0A\09jne 1b\0A\09movq %xmm7, $0\0A\09xorl %ebx, %ebx\0A\09pxor %xmm7, %xmm7", "=r,r,~{rbx},~{rcx},~{xmm7},~{flags}"(ptr %flag)
  %v = load atomic i32, ptr %flag acquire, align 4
  %set = icmp ne i32 %v, 0
  br i1 %set, label %out, label %loop
out:
  ret i64 %secret
}

; ---- with a check in each turn ----
define i64 @spin_checked(ptr %flag) #0 section "managed" {
entry:
  br label %loop
loop:
  %counter = getelementptr i8, ptr %flag, i64 8
  %n = load atomic i64, ptr %counter monotonic, align 8
  %n1 = add i64 %n, 1
  store atomic i64 %n1, ptr %counter monotonic, align 8
  call void @RhpGcPoll()
  %v = load atomic i32, ptr %flag acquire, align 4
  %set = icmp ne i32 %v, 0
  br i1 %set, label %out, label %loop
out:
  ret i64 5
}

; ---- try { f } catch { 100 } finally { 200 } around f(o) ----
define i64 @guarded(ptr %f, ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 %f(ptr %o) to label %done unwind label %pad
done:
  call void @log_event(i64 200)
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } cleanup catch ptr @clause_anything
  %rec = extractvalue { ptr, i32 } %p, 0
  %sel = extractvalue { ptr, i32 } %p, 1
  %id = call i32 @llvm.eh.typeid.for.p0(ptr @clause_anything)
  %is = icmp eq i32 %sel, %id
  br i1 %is, label %caught, label %cleanup
caught:
  %ex = call ptr @corert_eh_begin_catch(ptr %rec)
  call void @log_event(i64 100)
  call void @log_event(i64 200)
  ret i64 1
cleanup:
  call void @RhpGcPoll()
  call void @log_event(i64 200)
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

define i64 @guarded_spin(ptr %o) #0 section "managed" {
  %r = call i64 @guarded(ptr @spin_checked, ptr %o)
  %s = add i64 %r, 1
  ret i64 %s
}

; ---- a finally block that does not end by itself ----
define i64 @stubborn(ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 @spin_checked(ptr %o) to label %done unwind label %pad
done:
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } cleanup
  %rec = extractvalue { ptr, i32 } %p, 0
  call void @log_event(i64 300)
  %s = call i64 @spin_checked(ptr %o)
  call void @log_event(i64 301)
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

; ---- a native call that managed code makes ----
define i64 @calls_blocking(ptr %o) #0 section "managed" {
  %record = alloca [80 x i8], align 8
  call void @RhpPInvoke(ptr %record)
  %r = call i64 @native_blocks(ptr %o)
  call void @RhpPInvokeReturn(ptr %record)
  ret i64 %r
}

define i64 @guarded_native(ptr %o) #0 section "managed" {
  %r = call i64 @guarded(ptr @calls_blocking, ptr %o)
  %s = add i64 %r, 1
  ret i64 %s
}

define i64 @throws_it(ptr %o) #0 section "managed" {
  call void @RhpThrowEx(ptr %o)
  unreachable
}

define i64 @guarded_throw(ptr %o) #0 section "managed" {
  %r = call i64 @guarded(ptr @throws_it, ptr %o)
  %s = add i64 %r, 1
  ret i64 %s
}

define i64 @ends_itself(ptr %o) #0 section "managed" {
  call void @RhpEndThread()
  call void @log_event(i64 400)
  ret i64 9
}

define i64 @guarded_end(ptr %o) #0 section "managed" {
  %r = call i64 @guarded(ptr @ends_itself, ptr %o)
  %s = add i64 %r, 1
  ret i64 %s
}

define i64 @plain_number(ptr %o) #0 section "managed" {
  ret i64 42
}

attributes #0 = { uwtable noinline "disable-tail-calls"="true" }
