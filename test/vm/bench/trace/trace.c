// SPDX-License-Identifier: Apache-2.0
/*
 * A plugin of QEMU that writes down which blocks of instructions the guest executes between
 * two addresses: begin=ADDRESS, end=ADDRESS, out=FILE. The file has two numbers of 64 bits for
 * each block, its address and the number of its instructions, and two zeros after each end.
 * The interface is version 1 of QEMU's qemu-plugin.h, of which Debian has no package.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;

uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*translated)(uint64_t id, struct qemu_plugin_tb *block));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, void (*executed)(unsigned int cpu, void *data),
					  int flags, void *data);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*ends)(uint64_t id, void *data), void *data);

int qemu_plugin_version = 1;

struct block {
	uint64_t address, instructions;
};

static uint64_t begin, end;
static bool tracing;
static FILE *out;

static void executed(__attribute__((unused)) unsigned int cpu, void *data)
{
	static const struct block mark;
	const struct block *block = data;

	if (block->address == begin)
		tracing = true;
	if (!tracing)
		return;
	if (block->address == end) {
		tracing = false;
		block = &mark;
	}
	fwrite(block, sizeof(*block), 1, out);
}

static void translated(__attribute__((unused)) uint64_t id, struct qemu_plugin_tb *tb)
{
	struct block *block = malloc(sizeof(*block)); /* as long as the block may be executed: for ever */

	if (!block)
		abort();
	*block = (struct block){ qemu_plugin_tb_vaddr(tb), qemu_plugin_tb_n_insns(tb) };
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, block);
}

static void ends(__attribute__((unused)) uint64_t id, __attribute__((unused)) void *data)
{
	fclose(out);
}

int qemu_plugin_install(uint64_t id, __attribute__((unused)) const void *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "begin=", 6))
			begin = strtoull(argv[i] + 6, NULL, 0);
		else if (!strncmp(argv[i], "end=", 4))
			end = strtoull(argv[i] + 4, NULL, 0);
		else if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
	}
	if (!begin || !end || !out)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ends, NULL);
	return 0;
}
