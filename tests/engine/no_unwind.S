/* tests/engine/no_unwind.S - host code that nobody can walk. */
        .text
/* void call_without_unwind_data(void (*function)(void)): no CFI, no frame pointer chain */
        .globl  call_without_unwind_data
        .type   call_without_unwind_data, @function
call_without_unwind_data:
        pushq   %rbp
        pushq   %rbx
        movl    $0x1234567, %ebp
        subq    $40, %rsp
        call    *%rdi
        addq    $40, %rsp
        popq    %rbx
        popq    %rbp
        ret
        .size   call_without_unwind_data, . - call_without_unwind_data

        .section .note.GNU-stack, "", @progbits
