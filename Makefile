# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Rooms (user/*) are static libraries that link in the order of who uses whom (README, The source); programs are the
# main.o of user/daemon and user/cli with the rooms they use; every tests/ROOM/test_*.c is a program of its own, linked
# with the other .c of its room and those of tests/common. Tests whose kernel, disk or memory is a double wrap functions
# at the linker: *_WRAPS below.
#
#   make deps            installs what is missing (Debian packages)
#   make                 build/xdhcpd, build/xdhcpctl, build/xdhcp-replay
#   make demo | check | check-long | fuzz | format | lint | clean | install
#   make check-unit      tests/unit, tests/dry                 make check-bpf       tests/bpf (root)
#   make check-parity    tests/parity (root)                   make check-model     tests/model
#   make check-powercut  tests/crash/powercut                  make check-fuzz      tests/fuzz, a little (root)
#   make check-e2e       tests/e2e, tests/kea, tests/crash, tests/soak in short (root); tests/e2e/run CASE... after `make all rig`
#   make check-vm        tests/vm (root)                       make check-bench     that tools/bench runs (root)
#   make fuzz SECONDS=60 every fuzzer for as many seconds of CPU
#   make bench [PARTS="..." QUICK=1]  all benchmarks, with other servers beside ours (root; about an hour)
#   make soak MINUTES=15 clients that come and go, and the curves of what the daemon needs (root)
#   make killloop ROUNDS=2000 [SEED=n JOBS=8]  kill -9 at random moments (root)
#   make SAN=1 ...       the same under build/san with ASan and UBSan
#   make FUZZ=1 ...      the same under build/fuzz, with libFuzzer's instrumentation too

VERSION := 0.1.0

# V=1 shows whole commands
Q := $(if $(V),,@)
PREFIX ?= /usr/local
DESTDIR ?=

B := build$(if $(SAN),/san)$(if $(FUZZ),/fuzz)
# what both sides share; the daemon of another map ABI has a copy of its own
INCLUDES := include
CC ?= gcc
CLANG ?= clang
ifdef FUZZ
CC := $(CLANG)
endif
BPFTOOL ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)

PKGS := libxdp libbpf libelf zlib yaml-0.1 jansson sqlite3 libevent_core libmnl
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS = $(shell pkg-config --libs $(PKGS))

CFLAGS ?= -O2 -g
comma := ,
SANFLAGS := $(if $(SAN)$(FUZZ),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer) $(if $(FUZZ),-fsanitize=fuzzer-no-link)
ALL_CFLAGS = -std=gnu17 -Wall -Wextra -Werror -fno-strict-aliasing -pthread -D_GNU_SOURCE \
	-DXDHCP_VERSION='"$(VERSION)"' -I$(INCLUDES) -Iuser -I$(B) $(PKG_CFLAGS) $(CFLAGS) $(SANFLAGS)
ALL_LDFLAGS = -pthread $(LDFLAGS) $(SANFLAGS)

ROOMS ?= proto engine config store net control daemon cli
# link order: whoever uses stands before what is used
LINK_ORDER := daemon cli control config store net engine proto
LIBS = $(foreach r,$(filter $(ROOMS),$(LINK_ORDER)),$(B)/lib$(r).a)

.DEFAULT_GOAL := all
all: $(B)/xdhcpd $(B)/xdhcpctl $(B)/xdhcp-replay $(B)/xdhcpd.conf.5

# --- the BPF program ---

BPF_ARCH := $(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/')
BPF_CFLAGS := -std=gnu17 -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) -Wall -Wextra -Werror \
	-I$(INCLUDES) -I/usr/include/$(shell gcc -print-multiarch 2>/dev/null)

$(B)/xdhcp.bpf.o: bpf/xdhcp.bpf.c $(wildcard bpf/*.h $(INCLUDES)/*.h) | $(B)
	$(if $(V),,@echo "BPF  $@")
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(B)/xdhcp.skel.h: $(B)/xdhcp.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name xdhcp_bpf > $@.tmp && mv $@.tmp $@

# test and benchmark programs for the kernel's side (generators, sinks, echo)
$(B)/tests/%.bpf.o: tests/%.bpf.c $(wildcard $(INCLUDES)/*.h bpf/*.h) | $(B)
	@mkdir -p $(@D)
	$(if $(V),,@echo "BPF  $@")
	$(Q)$(CLANG) $(BPF_CFLAGS) -Ibpf -c $< -o $@

$(B)/tools/%.bpf.o: tools/%.bpf.c $(wildcard $(INCLUDES)/*.h bpf/*.h) | $(B)
	@mkdir -p $(@D)
	$(if $(V),,@echo "BPF  $@")
	$(Q)$(CLANG) $(BPF_CFLAGS) -Ibpf -c $< -o $@

$(B)/%.skel.h: $(B)/%.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name $(notdir $*)_bpf > $@.tmp && mv $@.tmp $@

# --- rooms ---

$(B):
	@mkdir -p $@

$(B)/%.o: %.c | $(B)
	@mkdir -p $(@D)
	$(if $(V),,@echo "CC   $@")
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

define ROOM
OBJS_$(1) := $$(patsubst %.c,$$(B)/%.o,$$(filter-out user/$(1)/main.c,$$(sort $$(wildcard user/$(1)/*.c))))
$$(B)/lib$(1).a: $$(OBJS_$(1))
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^
-include $$(OBJS_$(1):.o=.d)
endef
$(foreach r,$(ROOMS),$(eval $(call ROOM,$(r))))

$(OBJS_net): | $(B)/xdhcp.skel.h

# --- programs ---

-include $(B)/user/daemon/main.d $(B)/user/cli/main.d

$(B)/xdhcpd: $(B)/user/daemon/main.o $(filter-out $(B)/libcli.a,$(LIBS))
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

$(B)/xdhcpctl: $(B)/user/cli/main.o $(filter-out $(B)/libdaemon.a $(B)/libcontrol.a $(B)/libstore.a,$(LIBS))
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

# --- replay: what would be answered to the clients of a capture; the only program that needs libpcap ---

REPLAY_OBJS := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tools/replay/*.c)))
-include $(REPLAY_OBJS:.o=.d)
$(B)/xdhcp-replay: $(REPLAY_OBJS) $(B)/libconfig.a $(B)/libengine.a $(B)/libproto.a
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lpcap -lm

# --- manual pages: xdhcpd.conf(5) is generated from the keys ---

-include $(B)/tools/manpage.d
$(B)/tools/manpage: $(B)/tools/manpage.o $(B)/libconfig.a $(B)/libengine.a $(B)/libproto.a
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

$(B)/xdhcpd.conf.5: user/config/xdhcpd.conf.5.in $(B)/tools/manpage
	$(if $(V),,@echo "MAN  $@")
	$(Q)$(B)/tools/manpage <$< >$@.tmp && mv $@.tmp $@

# --- load generator and test clients: programs of one file or folder, no room but proto ---

LOADGEN_OBJS := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tools/loadgen/*.c)))
-include $(LOADGEN_OBJS:.o=.d) $(wildcard $(B)/tests/e2e/*.d $(B)/tests/crash/*.d $(B)/tests/soak/*.d \
	$(B)/tests/vm/*.d $(B)/tests/kea/*.d)

$(B)/loadgen: $(LOADGEN_OBJS) $(B)/libproto.a
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

$(B)/tests/e2e/dhcpone $(B)/tests/e2e/cable $(B)/tests/e2e/forms $(B)/tests/e2e/notifysink $(B)/tests/vm/unsynced $(B)/tests/vm/ticks: %: %.o
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

$(B)/tests/soak/lives: %: %.o $(B)/tests/crash/oracle.o
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

$(B)/tests/soak/named: %: %.o
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(B)/tests/e2e/optionlist: $(B)/tests/e2e/optionlist.o $(B)/tests/common/option_examples.o $(B)/libproto.a
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

$(B)/tests/e2e/badframes $(B)/tests/e2e/frameflood: %: %.o $(B)/tests/common/malformed.o $(B)/tests/common/packet_builder.o \
		$(B)/libproto.a
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

$(B)/tests/kea/play: $(B)/tests/kea/play.o $(B)/tests/common/packet_builder.o $(B)/libproto.a
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

# loaded into an unchanged daemon, so without sanitizers
$(B)/tests/e2e/faultdisk.so: tests/e2e/faultdisk.c | $(B)
	@mkdir -p $(@D)
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(filter-out $(SANFLAGS),$(ALL_CFLAGS)) -fPIC -shared -o $@ $<

RIG := $(B)/loadgen $(B)/tests/e2e/pass.bpf.o $(B)/tests/e2e/dhcpone $(B)/tests/e2e/cable $(B)/tests/e2e/optionlist \
	$(B)/tests/e2e/badframes $(B)/tests/e2e/frameflood $(B)/tests/e2e/forms $(B)/tests/e2e/notifysink $(B)/tests/e2e/faultdisk.so $(B)/tests/crash/storm \
	$(B)/tests/soak/lives $(B)/tests/soak/named $(B)/tests/vm/unsynced $(B)/tests/vm/ticks $(B)/tests/vm/count.bpf.o $(B)/tests/kea/play

# --- crash harness: the clients and their oracle, the killer, daemons to be killed ---

$(B)/tests/crash/storm: $(patsubst %,$(B)/tests/crash/%.o,storm clients judge oracle)
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

$(B)/tests/crash/killer: $(patsubst %,$(B)/tests/crash/%.o,killer subject pinned store_check clients judge oracle)
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

# a daemon of another map ABI, from the same sources over a copy of include/ (tests/crash/other_abi)
ABI_HEADERS := $(patsubst %,$(B)/abi/%,$(wildcard include/*.h))
$(B)/abi/include/%.h: include/%.h tests/crash/other_abi
	@mkdir -p $(@D)
	$(Q)tests/crash/other_abi $< > $@.tmp && mv $@.tmp $@

$(B)/abi/xdhcpd: $(ABI_HEADERS) always
	$(Q)$(MAKE) --no-print-directory B=$(B)/abi INCLUDES=$(B)/abi/include $@

always:

# daemons with a planted fault, which the harness has to find
$(B)/broken/late_commit: ALL_LDFLAGS += -Wl,--wrap=store_commit
$(B)/broken/early_publish: ALL_LDFLAGS += -Wl,--wrap=store_commit,--wrap=packet_send
$(B)/broken/blind_harvest: ALL_LDFLAGS += -Wl,--wrap=slot_grant
$(B)/broken/stale_memo: ALL_LDFLAGS += -Wl,--wrap=gates_close
$(B)/broken/open_slot: ALL_LDFLAGS += -Wl,--wrap=slot_close
$(B)/broken/forgetful: ALL_LDFLAGS += -Wl,--wrap=store_load,--wrap=fastpath_harvest
BROKEN := $(patsubst tests/crash/broken_%.c,$(B)/broken/%,$(wildcard tests/crash/broken_*.c))
$(BROKEN): $(B)/broken/%: $(B)/tests/crash/broken_%.o $(B)/user/daemon/main.o $(filter-out $(B)/libcli.a,$(LIBS))
	@mkdir -p $(@D)
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

CRASH := $(B)/tests/crash/killer $(B)/abi/xdhcpd $(BROKEN)

# --- bench ---

BENCH_OBJS := $(patsubst %.c,$(B)/%.o,$(filter-out %.bpf.c,$(sort $(wildcard tools/bench/*.c))))
-include $(BENCH_OBJS:.o=.d)
$(BENCH_OBJS): | $(B)/xdhcp.skel.h $(B)/tools/bench/harness.skel.h
$(B)/tools/bench/harness.bpf.o: tools/bench/bench.h

$(B)/bench/fastpath: $(BENCH_OBJS) $(B)/tests/common/packet_builder.o $(LIBS)
	@mkdir -p $(@D)
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

# what both generators have in common
GENERATOR_OBJS := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tools/bench/generator/*.c)))
-include $(GENERATOR_OBJS:.o=.d)

RENEWALS_OBJS := $(patsubst %.c,$(B)/%.o,$(filter-out %.bpf.c,$(sort $(wildcard tools/bench/renewals/*.c))))
-include $(RENEWALS_OBJS:.o=.d)
$(RENEWALS_OBJS): | $(B)/tools/bench/renewals/traffic.skel.h
$(B)/tools/bench/renewals/traffic.bpf.o: tools/bench/renewals/traffic.h tools/bench/bench.h

$(B)/bench/renewals: $(RENEWALS_OBJS) $(GENERATOR_OBJS) $(patsubst %,$(B)/tools/loadgen/%.o,forms frame state)
	@mkdir -p $(@D)
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

DORAS_OBJS := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tools/bench/doras/*.c)))
-include $(DORAS_OBJS:.o=.d)

$(B)/bench/doras: $(DORAS_OBJS) $(GENERATOR_OBJS) $(patsubst %,$(B)/tools/loadgen/%.o,forms frame state io)
	@mkdir -p $(@D)
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

-include $(wildcard $(B)/tools/bench/echo/*.d)
$(B)/bench/echo: $(B)/tools/bench/echo/main.o
	@mkdir -p $(@D)
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^

-include $(B)/tools/bench/receive/main.d
$(B)/bench/receive: $(B)/tools/bench/receive/main.o $(LIBS)
	@mkdir -p $(@D)
	$(if $(V),,@echo "LD   $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

BENCH := $(B)/bench/fastpath $(B)/bench/renewals $(B)/bench/doras $(B)/bench/echo $(B)/bench/receive $(B)/tools/bench/harness.bpf.o

# --- tests ---

TEST_SRCS = $(sort $(wildcard tests/$(1)/test_*.c))
TEST_BINS = $(patsubst %.c,$(B)/%,$(call TEST_SRCS,$(1)))

# helpers that several tests of one room share
define TESTROOM
TEST_HELPERS_$(1) := $$(patsubst %.c,$$(B)/%.o,$$(filter-out $$(wildcard tests/$(1)/test_*.c) $$(wildcard tests/$(1)/*.bpf.c),$$(sort $$(wildcard tests/$(1)/*.c))))
$$(B)/tests/$(1)/test_%: $$(B)/tests/$(1)/test_%.o $$(TEST_HELPERS_$(1)) $$(TEST_HELPERS_common) $$(LIBS)
	$$(if $$(V),,@echo "LD   $$@")
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $$(PKG_LIBS) -lcmocka -lcap-ng -lm
-include $$(wildcard $$(B)/tests/$(1)/*.d)
endef
$(eval $(call TESTROOM,common))
$(foreach r,unit bpf parity crash/powercut model,$(eval $(call TESTROOM,$(r))))

# Without a kernel (tests/dry/dry.h): tests of its own, and those of tests/parity that need none.
DRY_WRAPS := fastpath_lock fastpath_open fastpath_close fastpath_remove fastpath_barrier fastpath_verdicts \
	bpf_prog_test_run_opts boot_seconds monotonic_microseconds wait_microseconds
# a whole daemon at work (tests/dry/desk.h)
DESK_WRAPS := config_load packet_receive packet_send packet_send_routed packet_kernel_drops store_commit store_error store_note store_info store_load ports_rescan \
	log_set_level engine_decide pthread_create pthread_cond_wait pthread_join
TEST_HELPERS_dry := $(B)/tests/dry/xdp.o $(B)/tests/dry/maps.o
TEST_HELPERS_desk := $(TEST_HELPERS_dry) $(B)/tests/dry/desk.o $(B)/tests/dry/oracle.o
$(B)/tests/dry/%: ALL_LDFLAGS += $(DRY_WRAPS:%=-Wl,--wrap=%)
$(B)/tests/dry/test_%: ALL_LDFLAGS += $(DESK_WRAPS:%=-Wl,--wrap=%)
# tests/parity's clients without its rig
$(B)/tests/dry/test_memo_replay: ALL_LDFLAGS += -Wl,--wrap=rig_mac
DRY_TESTS := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/dry/test_*.c))) $(B)/tests/dry/parity_random
-include $(wildcard $(B)/tests/dry/*.d)
# packets have no alignment, and the BPF machine asks for none
$(B)/tests/dry/xdp.o: ALL_CFLAGS += -fno-sanitize=alignment
$(B)/tests/dry/xdp.o: $(wildcard bpf/*.h bpf/*.c)
$(patsubst %.c,$(B)/%.o,$(wildcard tests/dry/*.c)): | $(B)/xdhcp.skel.h
DRY_LINK = $(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka -lm
$(B)/tests/dry/test_%: $(B)/tests/dry/test_%.o $(TEST_HELPERS_desk) $(TEST_HELPERS_parity) $(B)/tests/unit/plan.o \
		$(TEST_HELPERS_common) $(LIBS)
	$(if $(V),,@echo "LD   $@")
	$(DRY_LINK)
$(B)/tests/dry/parity_%: $(B)/tests/parity/test_%.o $(TEST_HELPERS_dry) $(TEST_HELPERS_parity) $(TEST_HELPERS_common) $(LIBS)
	$(if $(V),,@echo "LD   $@")
	$(DRY_LINK)

# the kernel refuses a program when the test says so
$(B)/tests/bpf/test_attach: ALL_LDFLAGS += -Wl,--wrap=bpf_link_update
$(B)/tests/unit/test_daemon_ports: ALL_LDFLAGS += -Wl,--wrap=fastpath_give_again,--wrap=fastpath_has,--wrap=fastpath_detach,--wrap=fastpath_attach,--wrap=fastpath_prune,--wrap=link_publish,--wrap=link_close,--wrap=link_close_unserved,--wrap=links_list,--wrap=packet_is_bound,--wrap=event_add,--wrap=lease_at,--wrap=withdraw
$(B)/tests/unit/test_daemon_notify: ALL_LDFLAGS += -Wl,--wrap=monotonic_microseconds,--wrap=boot_seconds,--wrap=log_line
$(B)/tests/unit/test_daemon_conflict: ALL_LDFLAGS += -Wl,--wrap=probe_open_arp,--wrap=probe_open_icmp,--wrap=probe_close,--wrap=probe_fd,--wrap=probe_is_bound,--wrap=probe_send_arp,--wrap=probe_send_icmp,--wrap=probe_receive,--wrap=boot_seconds,--wrap=monotonic_microseconds,--wrap=batch_probed,--wrap=ending_begin
$(B)/tests/unit/test_daemon_foreign: ALL_LDFLAGS += -Wl,--wrap=packet_open,--wrap=packet_close,--wrap=packet_receive,--wrap=packet_kernel_drops,--wrap=boot_seconds,--wrap=log_line
$(B)/tests/unit/test_daemon_link_records: ALL_LDFLAGS += -Wl,--wrap=fastpath_policy,--wrap=fastpath_barrier,--wrap=fastpath_slot,--wrap=lease_next,--wrap=lease_after,--wrap=quiesce_waits,--wrap=withdraw,--wrap=withdraw_relayed
$(B)/tests/unit/test_daemon_places: ALL_LDFLAGS += -Wl,--wrap=fastpath_has,--wrap=fastpath_attach,--wrap=fastpath_prune,--wrap=fastpath_detach,--wrap=fastpath_give_again,--wrap=fastpath_answers,--wrap=link_publish,--wrap=link_close,--wrap=links_unhide,--wrap=log_line
$(B)/tests/unit/test_daemon_reload: ALL_LDFLAGS += -Wl,--wrap=gates_close,--wrap=gates_open,--wrap=gates_forget,--wrap=engine_apply,--wrap=limits_apply,--wrap=ports_rescan,--wrap=service_reloading,--wrap=service_ready,--wrap=log_line
$(B)/tests/unit/test_daemon_quiesce: ALL_LDFLAGS += -Wl,--wrap=calloc,--wrap=malloc,--wrap=barrier_done,--wrap=barrier_stop,--wrap=barrier_free,--wrap=commit_rests,--wrap=lease_at,--wrap=fastpath_slot
$(B)/tests/unit/test_replay: $(B)/xdhcp-replay
$(B)/tests/unit/test_bench_generator: $(GENERATOR_OBJS) $(B)/tools/bench/doras/timers.o
# its memory runs out when the test says so
$(B)/tests/unit/test_engine_reasons: ALL_LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc
$(B)/tests/unit/test_records: ALL_LDFLAGS += -Wl,--wrap=malloc,--wrap=reallocarray,--wrap=madvise
# the store's own calls go by the disk whose power is cut (tests/common/disk_wrap.c), its pragmas
# by tests/crash/powercut/rounds.c
$(B)/tests/crash/powercut/test_%: ALL_LDFLAGS += -Wl,--wrap=open,--wrap=link,--wrap=unlink,--wrap=rename,--wrap=fsync,--wrap=pwrite,--wrap=ftruncate,--wrap=getpid,--wrap=sqlite3_exec
# the daemon's memory, slots, waits and decisions go by the model
MODEL_WRAPS := malloc calloc realloc reallocarray strdup free poll close access config_load config_free store_sqlite_open \
	slot_close slot_open slot_credit slot_add_form slot_grant ending_finish quiesce_ending engine_decide \
	commit_rows lease_load template_index_mark_end \
	boot_seconds monotonic_microseconds slept_milliseconds wall_seconds boot_to_wall boot_id clock_is_kernels log_line log_transaction
$(B)/tests/model/test_%: ALL_LDFLAGS += $(MODEL_WRAPS:%=-Wl,--wrap=%)
$(B)/tests/model/test_model_world: ALL_LDFLAGS += -Wl,--wrap=engine_finish_end
# the whole daemon over the disk whose power is cut
POWERCUT_WORLD := $(patsubst %,$(B)/tests/crash/powercut/test_%,daemon_cuts store_replaced)
$(POWERCUT_WORLD): $(TEST_HELPERS_model)
$(POWERCUT_WORLD): ALL_LDFLAGS += $(MODEL_WRAPS:%=-Wl,--wrap=%)
.SECONDARY:
$(patsubst %.c,$(B)/%.o,$(wildcard tests/bpf/*.c tests/parity/*.c)): | $(B)/xdhcp.skel.h

# each program prints its own summary; one that fails ends the run
run-tests = set -e; for t in $(1); do echo "== $$t"; ./$$t; done

check-unit: $(call TEST_BINS,unit) $(DRY_TESTS)
	@$(call run-tests,$^)

check-bpf: $(call TEST_BINS,bpf)
	@$(call run-tests,$^)

check-parity: $(call TEST_BINS,parity)
	@$(call run-tests,$^)

# every interleaving of small scenarios, and long ones at random: EXECUTIONS=, SECONDS=, SEED= as in tests/model/test_model_*.c
check-model: $(call TEST_BINS,model)
	@$(call run-tests,$^)

# ROUNDS= and SEED= as in tests/crash/powercut/rounds.h
check-powercut: $(call TEST_BINS,crash/powercut)
	@$(call run-tests,$^)

# kill -9 at random moments; one seed and JOBS=1 repeat what a seed has found
killloop: all rig
	tests/crash/killloop -n $(or $(ROUNDS),2000) -j $(or $(JOBS),8) $(SEED:%=-s %)

rig: all $(RIG) $(CRASH)

# whatever is a program and no test
programs: all $(RIG) $(B)/tests/crash/killer $(BENCH)

# that its measurements run, not what they come to
check-bench: $(B)/bench/fastpath
	$< -r 3 -i 1000 -a 1 -f 1000 -c 1000 >/dev/null

check-e2e: all rig
	tests/e2e/run

check-vm: all $(RIG) $(call TEST_BINS,bpf)
	tests/vm/run

check: deps
	$(MAKE) check-all

check-all: all
	$(MAKE) lint
	$(MAKE) CC=clang B=build/clang programs
	$(MAKE) check-unit
	$(MAKE) SAN=1 check-unit
	$(MAKE) check-fuzz
	$(MAKE) check-model
	$(MAKE) check-bpf
	$(MAKE) check-parity
	$(MAKE) check-powercut
	$(MAKE) check-bench
	$(MAKE) check-e2e
	$(MAKE) check-vm

check-long: deps
	$(MAKE) check-all rig
	tests/e2e/run $(wildcard tests/e2e/case_long_*.sh)
	LONG=1 tests/vm/run powercut
	SEED=random EXECUTIONS=40000 SECONDS=120 $(MAKE) check-model
	SEED=random ROUNDS=10000 $(MAKE) check-powercut
	$(MAKE) soak
	$(MAKE) fuzz

# the daemon under clients that come and go; the curves of what it needs stay in build/soak
MINUTES ?= 15
soak: all $(RIG)
	B=$(B) tests/soak/soak -t $$(($(MINUTES) * 60)) -o $(B)/soak

demo: deps
	$(MAKE) all rig
	tools/demo

# PARTS="peers growth": those only, as tools/bench/run has them; QUICK=1: only whether they work
bench:
	@tools/deps bench
	$(MAKE) all rig $(BENCH)
	QUICK=$(QUICK) tools/bench/run $(PARTS)

# --- fuzzing: tests/fuzz/fuzz_*.c are libFuzzer's harnesses (a new one needs no line here), tests/fuzz/corpus/*
# what they begin with, by scenario; what they find is kept in tests/fuzz/regressions ---

FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
SECONDS ?= 60
-include $(wildcard $(B)/tests/fuzz/*.d)

FUZZ_HELPERS := $(B)/tests/fuzz/cpu_time.o $(B)/tests/fuzz/exchange.o
$(B)/tests/fuzz/fuzz_packet $(B)/tests/fuzz/replay_packet: $(TEST_HELPERS_desk)
$(B)/tests/fuzz/fuzz_packet $(B)/tests/fuzz/replay_packet $(B)/tests/fuzz/prog_run: ALL_LDFLAGS += \
	$(patsubst %,-Wl$(comma)--wrap=%,$(DRY_WRAPS) $(DESK_WRAPS))
# the kernel's program beside the one of tests/dry
$(B)/tests/fuzz/prog_run.o: | $(B)/xdhcp.skel.h
$(B)/tests/fuzz/prog_run: $(B)/tests/fuzz/prog_run.o $(B)/tests/fuzz/fuzz_packet.o $(B)/tests/fuzz/exchange.o \
		$(B)/tests/fuzz/exchanges.o $(TEST_HELPERS_desk) $(TEST_HELPERS_common) $(LIBS)
	$(if $(V),,@echo "LD   $@")
	$(FUZZ_LINK)

FUZZ_LINK = $(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) -lm

$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(FUZZ_HELPERS) $(TEST_HELPERS_common) $(LIBS)
	$(if $(V),,@echo "FUZZ $@")
	$(FUZZ_LINK) -fsanitize=fuzzer

# the same without libFuzzer, of any compiler
$(B)/tests/fuzz/replay_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(FUZZ_HELPERS) $(TEST_HELPERS_common) $(LIBS)
	$(if $(V),,@echo "LD   $@")
	$(FUZZ_LINK)

$(B)/tests/fuzz/seeds: $(B)/tests/fuzz/seeds.o $(B)/tests/fuzz/exchanges.o $(FUZZ_HELPERS) $(TEST_HELPERS_common) $(LIBS)
	$(if $(V),,@echo "LD   $@")
	$(FUZZ_LINK)

fuzzers: $(FUZZERS:%=$(B)/tests/fuzz/fuzz_%)
replayers: $(FUZZERS:%=$(B)/tests/fuzz/replay_%)

fuzz: $(B)/tests/fuzz/seeds
	$(MAKE) FUZZ=1 fuzzers
	tests/fuzz/run $(SECONDS) $(FUZZERS)

# all that was ever found, in both compilers' builds; then a little, always the same, from the corpora
check-fuzz: $(B)/tests/fuzz/seeds $(B)/tests/fuzz/prog_run
	$(MAKE) SAN=1 replayers
	$(MAKE) FUZZ=1 fuzzers
	$(B)/tests/fuzz/prog_run $(wildcard tests/fuzz/regressions/packet)
	CHECK=1 tests/fuzz/run 5 $(FUZZERS)

# --- housekeeping ---

deps:
	@tools/deps

C_FILES = $(shell git ls-files '*.c' '*.h')

format:
	clang-format -i $(C_FILES)

lint: $(B)/xdhcpd.conf.5
	@mandoc -Tlint $<
	@clang-format --dry-run -Werror $(C_FILES)
	@! git ls-files '*.c' '*.h' 'tools/*' 'tests/*' Makefile .ci/run | grep -v -E '\.(json|csv|yaml|conf|txt|expected|gitkeep)$$|^tests/fuzz/(corpus|regressions)/' | \
		xargs grep -L 'SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause' | grep . || \
		{ echo 'no SPDX line in the files above' >&2; exit 1; }

clean:
	rm -rf build

install: all
	install -D -m 755 $(B)/xdhcpd $(DESTDIR)$(PREFIX)/sbin/xdhcpd
	install -D -m 755 $(B)/xdhcpctl $(DESTDIR)$(PREFIX)/bin/xdhcpctl
	install -D -m 755 $(B)/xdhcp-replay $(DESTDIR)$(PREFIX)/bin/xdhcp-replay
	install -D -m 644 $(B)/xdhcpd.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5/xdhcpd.conf.5

.PHONY: all always rig programs deps demo check check-all check-unit check-bpf check-bench check-parity check-e2e check-vm check-long \
	check-fuzz check-model check-powercut killloop bench fuzz fuzzers replayers soak format lint clean install
