/*
 * Keeps the guest's processor busy, at SCHED_IDLE, so that it runs while nothing else does.
 * The guest's clock then goes by instructions alone, see boot.sh. An instruction that does
 * nothing costs the emulator next to nothing: with eight in the loop, idle time passes
 * faster than on a clock, and waits for the disk stay short.
 */
	.globl	_start
_start:					/* sched_setscheduler(0, SCHED_IDLE, &param) */
#ifdef __aarch64__
	mov	w8, 119
	mov	w0, 0
	mov	w1, 5
	ldr	x2, =param
	svc	0
#define jmp b
#else
	mov	$144, %eax
	xor	%edi, %edi
	mov	$5, %esi
	lea	param(%rip), %rdx
	syscall
#endif
1:	.rept	8
	nop
	.endr
	jmp	1b

	.data
param:	.long	0			/* .sched_priority */
