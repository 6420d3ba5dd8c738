/*
 * Keeps the guest's processor busy, at SCHED_IDLE, so that it runs while nothing else does.
 * The guest's clock then goes by instructions alone, see boot.sh. An instruction that does
 * nothing costs the emulator next to nothing: with eight in the loop, idle time passes
 * faster than on a clock, and waits for the disk stay short.
 */
	.globl	_start
_start:
	mov	$144, %eax		/* sched_setscheduler(0, SCHED_IDLE, &param) */
	xor	%edi, %edi
	mov	$5, %esi
	lea	param(%rip), %rdx
	syscall
1:	.rept	8
	nop
	.endr
	jmp	1b

	.data
param:	.long	0			/* .sched_priority */
