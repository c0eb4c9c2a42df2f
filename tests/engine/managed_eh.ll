; tests/engine/managed_eh.ll - stands in for compiled managed code (docs/abi.md).
; Everything in section "managed" is the module that the tests register. Conventions: `log(i)` notes
; an event, `%o` is an exception object that the C side made, results are plain numbers.

%clause = type { i64, ptr }

@mt_base = external global i8
@mt_derived = external global i8
@mt_other = external global i8
@corert_thread = external thread_local(initialexec) global [144 x i8]

@clause_base = constant %clause { i64 0, ptr @mt_base }
@clause_derived = constant %clause { i64 0, ptr @mt_derived }
@clause_other = constant %clause { i64 0, ptr @mt_other }
@clause_all = constant %clause { i64 2, ptr null }
@clause_filter = constant %clause { i64 1, ptr @filter_by_frame }
@clause_filter_throws = constant %clause { i64 1, ptr @filter_that_throws }
@clause_filter_walks = constant %clause { i64 1, ptr @filter_that_walks }

declare void @log_event(i64)
declare ptr @made_exception()
declare void @RhpThrowEx(ptr) noreturn
declare void @RhpRethrow(ptr) noreturn
declare void @RhpThrowRuntime(i32) noreturn
declare ptr @corert_eh_begin_catch(ptr)
declare void @corert_eh_resume(ptr) noreturn
declare void @RhpPInvoke(ptr)
declare void @RhpPInvokeReturn(ptr)
declare void @RhpReversePInvoke(ptr)
declare void @RhpReversePInvokeReturn(ptr)
declare void @RhpGcPoll()
declare i64 @native_calls_back(ptr, ptr)
declare i64 @native_takes_trace(ptr)
declare i32 @llvm.eh.typeid.for.p0(ptr)

define linkonce_odr hidden i32 @corert_eh_personality() {
  ret i32 8
}

; ---- entry from native code: runs f(o) ----
define i64 @enter(ptr %f, ptr %o) #0 section "managed" {
  %frame = alloca [64 x i8], align 8
  call void @RhpReversePInvoke(ptr %frame)
  %r = call i64 %f(ptr %o)
  call void @RhpReversePInvokeReturn(ptr %frame)
  ret i64 %r
}

define i64 @throw_it(ptr %o) #0 section "managed" {
  call void @RhpThrowEx(ptr %o)
  unreachable
}

define i64 @throw_deep(ptr %o) #0 section "managed" {
  %r = call i64 @throw_it(ptr %o)
  %s = add i64 %r, 1
  ret i64 %s
}

define i64 @throw_runtime(ptr %o) #0 section "managed" {
  call void @RhpThrowRuntime(i32 8)
  unreachable
}

; ---- try { f } catch (Base) { return 100 } ----
define i64 @catch_base_of(ptr %f, ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 %f(ptr %o) to label %done unwind label %pad
done:
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } catch ptr @clause_base
  %rec = extractvalue { ptr, i32 } %p, 0
  %sel = extractvalue { ptr, i32 } %p, 1
  %id = call i32 @llvm.eh.typeid.for.p0(ptr @clause_base)
  %is = icmp eq i32 %sel, %id
  br i1 %is, label %caught, label %on
caught:
  %ex = call ptr @corert_eh_begin_catch(ptr %rec)
  call void @log_event(i64 100)
  %same = icmp eq ptr %ex, %o
  %v = select i1 %same, i64 100, i64 101
  ret i64 %v
on:
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

define i64 @t_catch(ptr %o) #0 section "managed" {
  %r = call i64 @catch_base_of(ptr @throw_it, ptr %o)
  ret i64 %r
}

define i64 @t_catch_deep(ptr %o) #0 section "managed" {
  %r = call i64 @catch_base_of(ptr @throw_deep, ptr %o)
  ret i64 %r
}

define i64 @t_catch_runtime(ptr %o) #0 section "managed" {
  %r = call i64 @catch_base_of(ptr @throw_runtime, ptr %o)
  ret i64 %r
}

; ---- try { try { throw } catch (Other) 1 } catch (Derived) 2; catch (Base) 3: one pad ----
define i64 @t_nested(ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 @throw_it(ptr %o) to label %done unwind label %pad
done:
  ret i64 0
pad:
  %p = landingpad { ptr, i32 } catch ptr @clause_other catch ptr @clause_derived catch ptr @clause_base
  %rec = extractvalue { ptr, i32 } %p, 0
  %sel = extractvalue { ptr, i32 } %p, 1
  %id1 = call i32 @llvm.eh.typeid.for.p0(ptr @clause_other)
  %is1 = icmp eq i32 %sel, %id1
  br i1 %is1, label %c1, label %n1
n1:
  %id2 = call i32 @llvm.eh.typeid.for.p0(ptr @clause_derived)
  %is2 = icmp eq i32 %sel, %id2
  br i1 %is2, label %c2, label %n2
n2:
  %id3 = call i32 @llvm.eh.typeid.for.p0(ptr @clause_base)
  %is3 = icmp eq i32 %sel, %id3
  br i1 %is3, label %c3, label %on
c1:
  %e1 = call ptr @corert_eh_begin_catch(ptr %rec)
  ret i64 1
c2:
  %e2 = call ptr @corert_eh_begin_catch(ptr %rec)
  ret i64 2
c3:
  %e3 = call ptr @corert_eh_begin_catch(ptr %rec)
  ret i64 3
on:
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

; ---- try { throw } finally { log 1 } ----
define i64 @finally_logs(ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 @throw_deep(ptr %o) to label %done unwind label %pad
done:
  call void @log_event(i64 2)
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } cleanup
  %rec = extractvalue { ptr, i32 } %p, 0
  call void @log_event(i64 1)
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

define i64 @finally_outer(ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 @finally_logs(ptr %o) to label %done unwind label %pad
done:
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } cleanup
  %rec = extractvalue { ptr, i32 } %p, 0
  call void @log_event(i64 3)
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

define i64 @t_finally(ptr %o) #0 section "managed" {
  %r = call i64 @catch_base_of(ptr @finally_outer, ptr %o)
  ret i64 %r
}

; ---- catch (Base e) { log 5; throw; } ----
define i64 @catches_and_rethrows(ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 @throw_deep(ptr %o) to label %done unwind label %pad
done:
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } catch ptr @clause_base
  %rec = extractvalue { ptr, i32 } %p, 0
  %sel = extractvalue { ptr, i32 } %p, 1
  %id = call i32 @llvm.eh.typeid.for.p0(ptr @clause_base)
  %is = icmp eq i32 %sel, %id
  br i1 %is, label %caught, label %on
caught:
  %ex = call ptr @corert_eh_begin_catch(ptr %rec)
  call void @log_event(i64 5)
  call void @RhpRethrow(ptr %ex)
  unreachable
on:
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

define i64 @t_rethrow(ptr %o) #0 section "managed" {
  %r = call i64 @catch_base_of(ptr @catches_and_rethrows, ptr %o)
  ret i64 %r
}

; ---- try { throw o } finally { throw other }, in an own frame ----
define i64 @finally_throws(ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 @throw_deep(ptr %o) to label %done unwind label %pad
done:
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } cleanup
  call void @log_event(i64 7)
  %e = call ptr @made_exception()
  call void @RhpThrowEx(ptr %e)
  unreachable
}

define i64 @t_supersede(ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 @finally_throws(ptr %o) to label %done unwind label %pad
done:
  ret i64 0
pad:
  %p = landingpad { ptr, i32 } catch ptr @clause_all
  %rec = extractvalue { ptr, i32 } %p, 0
  %ex = call ptr @corert_eh_begin_catch(ptr %rec)
  %v = ptrtoint ptr %ex to i64
  ret i64 %v
}

; the same within one frame, n times: { try { try { throw o } finally { throw other } } catch {} }
define i64 @t_supersede_loop(ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %j, %caught ]
  %r = invoke i64 @throw_it(ptr %o) to label %done unwind label %inner
done:
  ret i64 -1
inner:
  %p = landingpad { ptr, i32 } cleanup catch ptr @clause_all
  %e = call ptr @made_exception()
  invoke void @RhpThrowEx(ptr %e) to label %never unwind label %outer
never:
  unreachable
outer:
  %q = landingpad { ptr, i32 } catch ptr @clause_all
  %rec = extractvalue { ptr, i32 } %q, 0
  %ex = call ptr @corert_eh_begin_catch(ptr %rec)
  br label %caught
caught:
  %j = add i64 %i, 1
  %more = icmp slt i64 %j, 100
  br i1 %more, label %loop, label %out
out:
  ret i64 %j
}

; ---- try { throw o } finally { try { throw other } catch (Other) { log 8 } } ----
define i64 @finally_catches(ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 @throw_deep(ptr %o) to label %done unwind label %pad
done:
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } cleanup
  %rec = extractvalue { ptr, i32 } %p, 0
  %e = call ptr @made_exception()
  invoke void @RhpThrowEx(ptr %e) to label %never unwind label %inner
never:
  unreachable
inner:
  %q = landingpad { ptr, i32 } catch ptr @clause_other
  %rec2 = extractvalue { ptr, i32 } %q, 0
  %ex = call ptr @corert_eh_begin_catch(ptr %rec2)
  call void @log_event(i64 8)
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

define i64 @t_finally_catches(ptr %o) #0 section "managed" {
  %r = call i64 @catch_base_of(ptr @finally_catches, ptr %o)
  ret i64 %r
}

; ---- filters ----
; the captured frame is {i64 answer}; the filter logs 20 and adds 1000 to it
define i32 @filter_by_frame(ptr %frame, ptr %e) #0 section "managed" {
  call void @log_event(i64 20)
  %v = load i64, ptr %frame
  %w = add i64 %v, 1000
  store i64 %w, ptr %frame
  %t = trunc i64 %v to i32
  ret i32 %t
}

define i32 @filter_that_throws(ptr %frame, ptr %e) #0 section "managed" personality ptr @corert_eh_personality {
  call void @log_event(i64 21)
  %o = call ptr @made_exception()
  %r = invoke i64 @throw_deep(ptr %o) to label %done unwind label %pad
done:
  ret i32 1
pad:
  %p = landingpad { ptr, i32 } cleanup
  %rec = extractvalue { ptr, i32 } %p, 0
  call void @log_event(i64 22)
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

define i32 @filter_that_walks(ptr %frame, ptr %e) #0 section "managed" {
  %x = alloca i64
  %t = alloca [80 x i8], align 8
  call void @RhpPInvoke(ptr %t)
  %n = call i64 @native_takes_trace(ptr %x)
  call void @RhpPInvokeReturn(ptr %t)
  ret i32 0
}

; try { f } filter (clause, captured = answer) { return 200 + captured } finally-less
define i64 @filtered(ptr %f, ptr %o, ptr %clause, i64 %answer) #0 section "managed" personality ptr @corert_eh_personality {
  %captured = alloca i64
  %record = alloca [24 x i8], align 8
  store i64 %answer, ptr %captured
  %tb = call ptr @llvm.threadlocal.address.p0(ptr @corert_thread)
  %head = getelementptr i8, ptr %tb, i64 40
  %prev = load ptr, ptr %head
  store ptr %prev, ptr %record
  %rc = getelementptr i8, ptr %record, i64 8
  store ptr %clause, ptr %rc
  %rf = getelementptr i8, ptr %record, i64 16
  store ptr %captured, ptr %rf
  store volatile ptr %record, ptr %head
  %r = invoke i64 %f(ptr %o) to label %done unwind label %pad
done:
  store volatile ptr %prev, ptr %head
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } catch ptr @clause_filter catch ptr @clause_filter_throws catch ptr @clause_filter_walks
  store volatile ptr %prev, ptr %head
  %rec = extractvalue { ptr, i32 } %p, 0
  %sel = extractvalue { ptr, i32 } %p, 1
  %any = icmp sgt i32 %sel, 0
  br i1 %any, label %caught, label %on
caught:
  %ex = call ptr @corert_eh_begin_catch(ptr %rec)
  call void @log_event(i64 23)
  %c = load i64, ptr %captured
  %v = add i64 %c, 200
  ret i64 %v
on:
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

declare ptr @llvm.threadlocal.address.p0(ptr)

define i64 @t_filter_true(ptr %o) #0 section "managed" {
  %r = call i64 @filtered(ptr @finally_logs, ptr %o, ptr @clause_filter, i64 1)
  ret i64 %r
}

define i64 @filter_says_no(ptr %o) #0 section "managed" {
  %r = call i64 @filtered(ptr @finally_logs, ptr %o, ptr @clause_filter, i64 0)
  ret i64 %r
}

define i64 @t_filter_false(ptr %o) #0 section "managed" {
  %r = call i64 @catch_base_of(ptr @filter_says_no, ptr %o)
  ret i64 %r
}

define i64 @filter_throws(ptr %o) #0 section "managed" {
  %r = call i64 @filtered(ptr @finally_logs, ptr %o, ptr @clause_filter_throws, i64 1)
  ret i64 %r
}

define i64 @t_filter_throws(ptr %o) #0 section "managed" {
  %r = call i64 @catch_base_of(ptr @filter_throws, ptr %o)
  ret i64 %r
}

define i64 @filter_walks(ptr %o) #0 section "managed" {
  %r = call i64 @filtered(ptr @throw_it, ptr %o, ptr @clause_filter_walks, i64 1)
  ret i64 %r
}

define i64 @t_filter_walks(ptr %o) #0 section "managed" {
  %r = call i64 @catch_base_of(ptr @filter_walks, ptr %o)
  ret i64 %r
}

; a filter outside that accepts, one inside that refuses: both records in play
define i64 @t_filter_nested(ptr %o) #0 section "managed" {
  %r = call i64 @filtered(ptr @filter_says_no, ptr %o, ptr @clause_filter, i64 1)
  ret i64 %r
}

; ---- depth ----
define i64 @recurse(ptr %o, i64 %n) #0 section "managed" {
  %zero = icmp eq i64 %n, 0
  br i1 %zero, label %throw, label %deeper
throw:
  call void @RhpThrowEx(ptr %o)
  unreachable
deeper:
  %m = sub i64 %n, 1
  %r = call i64 @recurse(ptr %o, i64 %m)
  %s = add i64 %r, 1
  ret i64 %s
}

define i64 @recurse_finally(ptr %o, i64 %n) #0 section "managed" personality ptr @corert_eh_personality {
  %zero = icmp eq i64 %n, 0
  br i1 %zero, label %throw, label %deeper
throw:
  call void @RhpThrowEx(ptr %o)
  unreachable
deeper:
  %m = sub i64 %n, 1
  %r = invoke i64 @recurse_finally(ptr %o, i64 %m) to label %done unwind label %pad
done:
  %s = add i64 %r, 1
  ret i64 %s
pad:
  %p = landingpad { ptr, i32 } cleanup
  %rec = extractvalue { ptr, i32 } %p, 0
  call void @log_event(i64 9)
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

; repeats { try { f(o, depth) } catch (Base) {} }, in one entry; six values live across the calls
define i64 @repeat_catch(ptr %f, ptr %o, i64 %depth, i64 %times) #0 section "managed" personality ptr @corert_eh_personality {
entry:
  %frame = alloca [64 x i8], align 8
  call void @RhpReversePInvoke(ptr %frame)
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %j, %caught ]
  %a = phi i64 [ 1, %entry ], [ %a2, %caught ]
  %b = phi i64 [ 2, %entry ], [ %b2, %caught ]
  %r = invoke i64 %f(ptr %o, i64 %depth) to label %never unwind label %pad
never:
  call void @RhpReversePInvokeReturn(ptr %frame)
  ret i64 -1
pad:
  %p = landingpad { ptr, i32 } catch ptr @clause_base
  %rec = extractvalue { ptr, i32 } %p, 0
  %ex = call ptr @corert_eh_begin_catch(ptr %rec)
  br label %caught
caught:
  %j = add i64 %i, 1
  %a2 = add i64 %a, %i
  %b2 = xor i64 %b, %a2
  %more = icmp slt i64 %j, %times
  br i1 %more, label %loop, label %out
out:
  call void @RhpReversePInvokeReturn(ptr %frame)
  ret i64 %b2
}

; ---- frames that are hard to walk: variable size, frame pointer, realigned ----
define i64 @dynamic_frame(ptr %o) #1 section "managed" personality ptr @corert_eh_personality {
  %n = call i64 @number(i64 50)
  %buffer = alloca i8, i64 %n, align 64
  store volatile i8 7, ptr %buffer
  %r = invoke i64 @throw_deep(ptr %o) to label %done unwind label %pad
done:
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } cleanup
  %rec = extractvalue { ptr, i32 } %p, 0
  %b = load volatile i8, ptr %buffer
  %w = zext i8 %b to i64
  call void @log_event(i64 %w)
  call void @corert_eh_resume(ptr %rec)
  unreachable
}

declare i64 @number(i64)

define i64 @t_dynamic_frame(ptr %o) #0 section "managed" {
  %r = call i64 @catch_base_of(ptr @dynamic_frame, ptr %o)
  ret i64 %r
}

; ---- native code between managed frames ----
define i64 @calls_native(ptr %f, ptr %o) #0 section "managed" {
  %t = alloca [80 x i8], align 8
  call void @RhpPInvoke(ptr %t)
  %r = call i64 @native_calls_back(ptr %f, ptr %o)
  call void @RhpPInvokeReturn(ptr %t)
  ret i64 %r
}

; catch-all around native code which calls managed code that throws: must not catch
define i64 @t_throw_across_native(ptr %o) #0 section "managed" personality ptr @corert_eh_personality {
  %r = invoke i64 @calls_native(ptr @finally_logs, ptr %o) to label %done unwind label %pad
done:
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } catch ptr null
  %rec = extractvalue { ptr, i32 } %p, 0
  %ex = call ptr @corert_eh_begin_catch(ptr %rec)
  call void @log_event(i64 30)
  ret i64 0
}

define i64 @takes_trace(ptr %o) #0 section "managed" {
  %x = alloca i64
  %t = alloca [80 x i8], align 8
  call void @RhpPInvoke(ptr %t)
  %n = call i64 @native_takes_trace(ptr %x)
  call void @RhpPInvokeReturn(ptr %t)
  ret i64 %n
}

define i64 @t_trace_across_native(ptr %o) #0 section "managed" {
  %r = call i64 @calls_native(ptr @takes_trace, ptr %o)
  %s = add i64 %r, 0
  ret i64 %s
}

; ---- callbacks of the class library ----
define void @first_chance_throws(ptr %e) #0 section "managed" {
  call void @log_event(i64 40)
  %o = call ptr @made_exception()
  %r = call i64 @throw_deep(ptr %o)
  ret void
}

; ---- polls until the stop flag says so ----
define i64 @spin_until(ptr %flag) #0 section "managed" {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %j, %again ]
  %v = load atomic i32, ptr %flag acquire, align 4
  %set = icmp ne i32 %v, 0
  br i1 %set, label %out, label %again
again:
  call void @RhpGcPoll()
  %j = add i64 %i, 1
  %counter = getelementptr i8, ptr %flag, i64 8
  store atomic i64 %j, ptr %counter monotonic, align 8
  br label %loop
out:
  ret i64 %i
}

; ---- interface dispatch: cell called with all kinds of arguments ----
define i64 @dispatch_call(ptr %cell, ptr %this, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f, double %x, double %y) #0 section "managed" {
  %code = load ptr, ptr %cell
  %r = call i64 %code(ptr nest %cell, ptr %this, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f, double %x, double %y)
  ret i64 %r
}

define i64 @dispatch_entry(ptr %cell, ptr %this) #0 section "managed" personality ptr @corert_eh_personality {
  %frame = alloca [64 x i8], align 8
  call void @RhpReversePInvoke(ptr %frame)
  %r = invoke i64 @dispatch_call(ptr %cell, ptr %this, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, double 7.0, double 8.0) to label %done unwind label %pad
done:
  call void @RhpReversePInvokeReturn(ptr %frame)
  ret i64 %r
pad:
  %p = landingpad { ptr, i32 } catch ptr @clause_all
  %rec = extractvalue { ptr, i32 } %p, 0
  %ex = call ptr @corert_eh_begin_catch(ptr %rec)
  call void @RhpReversePInvokeReturn(ptr %frame)
  %v = ptrtoint ptr %ex to i64
  ret i64 %v
}

define i64 @dispatch_repeat(ptr %cell, ptr %objects, i64 %mask, i64 %times) #0 section "managed" {
entry:
  %frame = alloca [64 x i8], align 8
  call void @RhpReversePInvoke(ptr %frame)
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %j, %loop ]
  %sum = phi i64 [ 0, %entry ], [ %sum2, %loop ]
  %at = and i64 %i, %mask
  %slot = getelementptr ptr, ptr %objects, i64 %at
  %this = load ptr, ptr %slot
  %code = load ptr, ptr %cell
  %r = call i64 %code(ptr nest %cell, ptr %this, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, double 7.0, double 8.0)
  %sum2 = add i64 %sum, %r
  %j = add i64 %i, 1
  %more = icmp slt i64 %j, %times
  br i1 %more, label %loop, label %out
out:
  call void @RhpReversePInvokeReturn(ptr %frame)
  ret i64 %sum2
}

; the resolver of the tests throws when the object asks for it
declare ptr @resolve_in_c(ptr, ptr, i16)
define ptr @resolve(ptr %object, ptr %interface, i16 %slot) #0 section "managed" {
  %t = call ptr @resolve_in_c(ptr %object, ptr %interface, i16 %slot)
  %v = ptrtoint ptr %t to i64
  %bad = icmp eq i64 %v, 1
  br i1 %bad, label %throw, label %fine
throw:
  %e = call ptr @made_exception()
  %r = call i64 @throw_deep(ptr %e)
  unreachable
fine:
  ret ptr %t
}

; ---- cost of the transitions ----
define i64 @repeat_pinvoke(i64 %times) #0 section "managed" {
entry:
  %frame = alloca [64 x i8], align 8
  %t = alloca [80 x i8], align 8
  call void @RhpReversePInvoke(ptr %frame)
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %j, %loop ]
  call void @RhpPInvoke(ptr %t)
  %n = call i64 @number(i64 %i)
  call void @RhpPInvokeReturn(ptr %t)
  %j = add i64 %i, 1
  %more = icmp slt i64 %j, %times
  br i1 %more, label %loop, label %out
out:
  call void @RhpReversePInvokeReturn(ptr %frame)
  ret i64 %i
}

attributes #0 = { noinline uwtable "disable-tail-calls"="true" }
attributes #1 = { noinline uwtable "disable-tail-calls"="true" "frame-pointer"="all" }
