/* A well-behaved CLAP plug-in whose output is known by one line: out = in * gain * (key ? |sidechain| : 1), late by
 * `delay` frames, and twice as loud where it is told that it renders offline. 1, 2 or 6 channels by configuration, a mono side-chain, a state, checks of the threads it is called
 * on. A call on the wrong thread is logged and turns its sound into silence.
 *
 * -DBEHAVIOUR=n makes it do one bad thing; the numbers are those of tests/plugin_builds.py.
 */
#define _GNU_SOURCE
#include "clap.h"
#include <fenv.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef BEHAVIOUR
#define BEHAVIOUR 0
#endif

enum { WELL = 0, CRASH_IN_INIT, CRASH_IN_PROCESS, CRASH_IN_DESTROY, HANG_IN_INIT, HANG_IN_PROCESS, OUT_OF_BOUNDS,
       FLOOD, WRONG_LATENCY, LATENCY_CHANGES, EMIT_NAN, EMIT_DENORMALS, LEAVE_THREADS, CHANGE_PROCESS, HUGE_MEMORY,
       FAIL, CRASH_ON_LOUD, HANG_ON_LOUD, WANTS_RESTART, WANTS_CALLBACK };

enum { GAIN = 10, MODE = 11, KEY = 12, METER = 13, LEVEL = 14 };
enum { LONGEST_DELAY = 4096 };

typedef struct {
    clap_plugin clap;
    const clap_host *host;
    double gain, mode, key, level, moved;
    uint32_t channels, latency, at;
    bool active, wrong_thread, asked, offline;
    float delayed[9][LONGEST_DELAY];
    long frames;
} gain_plugin;

static const char *const features[] = {"audio-effect", "utility", NULL};
static const clap_descriptor descriptor = {
    {1, 2, 0}, "org.example.gain", "Known Gain", "Example", "", "", "", "1.0", "A gain", features};

static gain_plugin *self(const clap_plugin *plugin) { return (gain_plugin *)plugin->plugin_data; }

static void expect(gain_plugin *me, bool main_thread, const char *call) {
#ifdef QUIET
    return; /* measured for its speed */
#endif
    const clap_host_thread_check *check = me->host->get_extension(me->host, "clap.thread-check");
    if (check && (main_thread ? check->is_main_thread(me->host) : check->is_audio_thread(me->host))) return;
    me->wrong_thread = true;
    const clap_host_log *log = me->host->get_extension(me->host, "clap.log");
    char message[128];
    snprintf(message, sizeof message, "%s on the wrong thread", call);
    if (log) log->log(me->host, 3, message);
}

static void *idle(void *unused) { (void)unused; for (;;) pause(); return NULL; }

static bool init(const clap_plugin *plugin) {
    gain_plugin *me = self(plugin);
    expect(me, true, "init");
    if (BEHAVIOUR == CRASH_IN_INIT) *(volatile int *)8 = 1;
    if (BEHAVIOUR == HANG_IN_INIT) for (;;) pause();
    if (BEHAVIOUR == FLOOD) for (int i = 0; i < 50000; i++) fprintf(stderr, "I have much to say, line %d\n", i);
    if (BEHAVIOUR == LEAVE_THREADS) for (int i = 0; i < 8; i++) { pthread_t t; pthread_create(&t, NULL, idle, NULL); }
    if (BEHAVIOUR == HUGE_MEMORY) { volatile char *room = malloc((size_t)4 << 30); if (room) room[(size_t)3 << 30] = 1; }
    if (BEHAVIOUR == CHANGE_PROCESS) {
        if (chdir("/")) return false;
        if (!setlocale(LC_ALL, "de_DE.UTF-8")) setlocale(LC_ALL, "C.UTF-8");
        fesetround(FE_DOWNWARD);
    }
    return true;
}

static void destroy(const clap_plugin *plugin) {
    expect(self(plugin), true, "destroy");
    if (BEHAVIOUR == CRASH_IN_DESTROY) abort();
    free(self(plugin));
}

static bool activate(const clap_plugin *plugin, double rate, uint32_t smallest, uint32_t largest) {
    gain_plugin *me = self(plugin);
    (void)rate; (void)smallest; (void)largest;
    expect(me, true, "activate");
    me->latency = BEHAVIOUR == LATENCY_CHANGES && me->asked ? 333 : me->mode >= 1.5 ? 64 : 0;
    if (BEHAVIOUR == WANTS_RESTART && me->asked) me->gain *= 0.5, me->asked = false; /* to be heard that it happened */
    me->active = true;
    memset(me->delayed, 0, sizeof me->delayed);
    me->at = 0;
    return true;
}

static void deactivate(const clap_plugin *plugin) { expect(self(plugin), true, "deactivate"); self(plugin)->active = false; }
static bool start(const clap_plugin *plugin) { expect(self(plugin), false, "start_processing"); return true; }
static void stop(const clap_plugin *plugin) { expect(self(plugin), false, "stop_processing"); }
static void reset(const clap_plugin *plugin) {
    expect(self(plugin), false, "reset");
    memset(self(plugin)->delayed, 0, sizeof self(plugin)->delayed);
}

static void take(gain_plugin *me, const clap_event_header *event) {
    if (event->space_id != 0 || (event->type != EVENT_PARAM_VALUE && event->type != EVENT_PARAM_MOD)) return;
    const clap_event_param_value *turn = (const clap_event_param_value *)event;
    if (turn->cookie != (void *)(uintptr_t)(turn->param_id * 3)) return;
    if (event->type == EVENT_PARAM_MOD) {  /* its amount lies where the other's value does */
        if (turn->param_id == GAIN) me->moved = turn->value;
        return;
    }
    if (turn->param_id == GAIN) me->gain = turn->value;
    if (turn->param_id == MODE) me->mode = turn->value;
    if (turn->param_id == KEY) me->key = turn->value;
    if (turn->param_id == LEVEL) me->level = turn->value;
}

static void misbehave(gain_plugin *me, const clap_process *process, uint32_t frames) {
    float **out = process->audio_outputs[0].data32;
    if (BEHAVIOUR == CRASH_IN_PROCESS) *(volatile int *)8 = 1;
    if (BEHAVIOUR == HANG_IN_PROCESS) for (;;) pause();
    if (BEHAVIOUR == OUT_OF_BOUNDS) memset(out[0] + frames, 1, (size_t)64 << 20);
    if (BEHAVIOUR == EMIT_NAN) for (uint32_t i = 0; i < frames; i++) out[0][i] = i % 2 ? NAN : INFINITY;
    if (BEHAVIOUR == EMIT_DENORMALS) for (uint32_t i = 0; i < frames; i++) out[0][i] = 1e-41f;
    if (BEHAVIOUR == CHANGE_PROCESS) fesetround(FE_DOWNWARD);
    if (BEHAVIOUR == CRASH_ON_LOUD && fabsf(process->audio_inputs[0].data32[0][0]) > 0.9f) abort();
    if (BEHAVIOUR == HANG_ON_LOUD && fabsf(process->audio_inputs[0].data32[0][0]) > 0.9f) for (;;) pause();
    if (BEHAVIOUR == LATENCY_CHANGES && (me->frames += frames) > 20000 && !me->asked) {
        me->asked = true;
        me->host->request_restart(me->host);
    }
    if ((BEHAVIOUR == WANTS_RESTART || BEHAVIOUR == WANTS_CALLBACK) && me->frames < 1000 && (me->frames += frames) >= 1000) {
        me->asked = true;
        (BEHAVIOUR == WANTS_RESTART ? me->host->request_restart : me->host->request_callback)(me->host);
    }
}

static int32_t process(const clap_plugin *plugin, const clap_process *process) {
    gain_plugin *me = self(plugin);
    expect(me, false, "process");
    if (!me->active) me->wrong_thread = true;
    if (BEHAVIOUR == FAIL) return PROCESS_ERROR;
    uint32_t frames = process->frames_count, events = process->in_events->size(process->in_events), next = 0;
    uint32_t late = BEHAVIOUR == WRONG_LATENCY ? 100 : (BEHAVIOUR == LATENCY_CHANGES ? 0 : me->latency);
    for (uint32_t frame = 0; frame < frames; frame++) {
        for (; next < events; next++) {
            const clap_event_header *event = process->in_events->get(process->in_events, next);
            if (event->time > frame) break;
            take(me, event);
        }
        float by = (float)(me->gain + me->moved) * (me->wrong_thread ? 0.0f : me->offline ? 2.0f : 1.0f);
        if (me->key >= 0.5) by *= fabsf(process->audio_inputs[1].data32[0][frame]);
        for (uint32_t channel = 0; channel < me->channels; channel++) {
            float *line = me->delayed[channel], in = process->audio_inputs[0].data32[channel][frame];
            line[me->at] = in * by;
            process->audio_outputs[0].data32[channel][frame] = line[(me->at + LONGEST_DELAY - late) % LONGEST_DELAY];
        }
        me->at = (me->at + 1) % LONGEST_DELAY;
    }
    misbehave(me, process, frames);
    return PROCESS_CONTINUE;
}

static uint32_t port_count(const clap_plugin *plugin, bool is_input) { (void)plugin; return is_input ? 2 : 1; }
static bool port_get(const clap_plugin *plugin, uint32_t index, bool is_input, clap_audio_port *port) {
    memset(port, 0, sizeof *port);
    port->id = index;
    strcpy(port->name, index ? "Sidechain In" : (is_input ? "Input" : "Output"));
    port->flags = index ? 0 : PORT_MAIN;
    port->channel_count = index ? 1 : self(plugin)->channels;
    return true;
}
static const clap_audio_ports ports = {port_count, port_get};

static const uint32_t widths[] = {1, 2, 6};
static uint32_t config_count(const clap_plugin *plugin) { (void)plugin; return 3; }
static bool config_get(const clap_plugin *plugin, uint32_t index, clap_ports_config *config) {
    (void)plugin;
    memset(config, 0, sizeof *config);
    config->id = 100 + index;
    config->input_ports = 2, config->output_ports = 1;
    config->has_main_input = config->has_main_output = true;
    config->main_input_channels = config->main_output_channels = widths[index];
    return true;
}
static bool config_select(const clap_plugin *plugin, uint32_t id) {
    expect(self(plugin), true, "select");
    if (self(plugin)->active) return false;
    self(plugin)->channels = widths[id - 100];
    return true;
}
static const clap_ports_configs configs = {config_count, config_get, config_select};

/* Besides, a scene of the second order, if it is ambiX (ACN, SN3D). */
static bool can_apply(const clap_plugin *plugin, const clap_port_request *requests, uint32_t count) {
    (void)plugin;
    if (count != 2) return false;
    for (uint32_t index = 0; index < count; index++) {
        const uint32_t *scene = requests[index].details;
        if (requests[index].channel_count != 9 || !requests[index].port_type) return false;
        if (strcmp(requests[index].port_type, "ambisonic") || !scene || scene[0] != 1 || scene[1] != 1) return false;
    }
    return true;
}
static bool apply(const clap_plugin *plugin, const clap_port_request *requests, uint32_t count) {
    expect(self(plugin), true, "apply");
    if (self(plugin)->active || !can_apply(plugin, requests, count)) return false;
    self(plugin)->channels = 9;
    return true;
}
static const clap_configurable_ports configurable = {can_apply, apply};

static uint32_t param_count(const clap_plugin *plugin) { (void)plugin; return 5; }
static bool param_info(const clap_plugin *plugin, uint32_t index, clap_param_info *info) {
    static const struct { const char *name; uint32_t flags; double minimum, maximum, start; } rows[] = {
        {"Gain", PARAM_AUTOMATABLE | PARAM_MODULATABLE, 0.0, 2.0, 1.0},
        {"Mode", PARAM_AUTOMATABLE | PARAM_STEPPED, 0.0, 2.0, 0.0},
        {"Key", PARAM_AUTOMATABLE | PARAM_STEPPED, 0.0, 1.0, 0.0},
        {"Meter", PARAM_READONLY, 0.0, 1.0, 0.0},
        {"Level", PARAM_AUTOMATABLE, 0.0, 1.0, 0.5}};
    (void)plugin;
    memset(info, 0, sizeof *info);
    info->id = GAIN + index;
    info->cookie = (void *)(uintptr_t)(info->id * 3);
    info->flags = rows[index].flags;
    strcpy(info->name, rows[index].name);
    info->minimum = rows[index].minimum, info->maximum = rows[index].maximum, info->default_value = rows[index].start;
    return true;
}
static bool param_value(const clap_plugin *plugin, uint32_t id, double *value) {
    gain_plugin *me = self(plugin);
    expect(me, true, "get_value");
    *value = id == GAIN ? me->gain : id == MODE ? me->mode : id == KEY ? me->key : id == LEVEL ? me->level : 0.0;
    return true;
}
static bool param_text(const clap_plugin *plugin, uint32_t id, double value, char *text, uint32_t size) {
    static const char *const modes[] = {"Plain", "Warm", "Late"};
    (void)plugin;
    if (id == MODE) snprintf(text, size, "%s", modes[(int)value]);
    else if (id == LEVEL && value <= 0.0) snprintf(text, size, "-inf dB");
    else if (id == LEVEL) snprintf(text, size, "%.2f dB", -60.0 + 60.0 * value);
    else snprintf(text, size, "%.3f%s", value, id == GAIN ? " x" : "");
    return true;
}
static bool param_read(const clap_plugin *plugin, uint32_t id, const char *text, double *value) {
    (void)plugin; (void)id;
    *value = atof(text);
    return true;
}
static void param_flush(const clap_plugin *plugin, const clap_input_events *in, const clap_output_events *out) {
    (void)out;
    expect(self(plugin), !self(plugin)->active, "flush");
    for (uint32_t index = 0; index < in->size(in); index++) take(self(plugin), in->get(in, index));
}
static const clap_params params = {param_count, param_info, param_value, param_text, param_read, param_flush};

static bool save(const clap_plugin *plugin, const clap_writer *writer) {
    gain_plugin *me = self(plugin);
    double values[] = {me->gain, me->mode, me->key, me->level};
    const char *bytes = (const char *)values;
    for (size_t done = 0; done < sizeof values; done += 5) {
        size_t size = sizeof values - done < 5 ? sizeof values - done : 5;
        if (writer->write(writer, bytes + done, size) != (int64_t)size) return false;
    }
    return true;
}
static bool load(const clap_plugin *plugin, const clap_reader *reader) {
    double values[4];
    size_t done = 0;
    while (done < sizeof values) {
        int64_t got = reader->read(reader, (char *)values + done, sizeof values - done < 7 ? sizeof values - done : 7);
        if (got <= 0) return false;
        done += (size_t)got;
    }
    gain_plugin *me = self(plugin);
    me->gain = values[0], me->mode = values[1], me->key = values[2], me->level = values[3];
    return true;
}
static const clap_state state = {save, load};

static uint32_t latency_get(const clap_plugin *plugin) { return self(plugin)->latency; }
static const clap_frames latency = {latency_get};

static bool in_hardware(const clap_plugin *plugin) { (void)plugin; return false; }
static bool set_mode(const clap_plugin *plugin, int32_t mode) {
    expect(self(plugin), true, "set");
    self(plugin)->offline = mode == 1;
    return true;
}
static const clap_render render = {in_hardware, set_mode};

/* It rings for 1000 frames in the mode "Warm", which is a lie that does no harm, and for ever in none. */
static uint32_t tail_get(const clap_plugin *plugin) { return self(plugin)->mode == 1.0 ? 1000 : 0; }
static const clap_frames tail = {tail_get};

static const void *get_extension(const clap_plugin *plugin, const char *name) {
    (void)plugin;
    if (!strcmp(name, "clap.render")) return &render;
    if (!strcmp(name, "clap.audio-ports")) return &ports;
    if (!strcmp(name, "clap.audio-ports-config")) return &configs;
    if (!strcmp(name, "clap.configurable-audio-ports/1")) return &configurable;
    if (!strcmp(name, "clap.tail")) return &tail;
    if (!strcmp(name, "clap.params")) return &params;
    if (!strcmp(name, "clap.state")) return &state;
    if (!strcmp(name, "clap.latency")) return &latency;
    return NULL;
}
static void on_main_thread(const clap_plugin *plugin) {
    expect(self(plugin), true, "on_main_thread");
    if (BEHAVIOUR == WANTS_CALLBACK) self(plugin)->gain *= 0.5;
}

static uint32_t count(const clap_factory *factory) { (void)factory; return 1; }
static const clap_descriptor *describe(const clap_factory *factory, uint32_t index) {
    (void)factory; (void)index;
    return &descriptor;
}
static const clap_plugin *create(const clap_factory *factory, const clap_host *host, const char *id) {
    (void)factory;
    if (strcmp(id, descriptor.id)) return NULL;
    gain_plugin *me = calloc(1, sizeof *me);
    me->clap = (clap_plugin){&descriptor, me, init, destroy, activate, deactivate, start, stop, reset, process,
                             get_extension, on_main_thread};
    me->host = host;
    me->gain = 1.0, me->level = 0.5, me->channels = 2;
    return &me->clap;
}
static const clap_factory factory = {count, describe, create};

static bool entry_init(const char *path) { return path[0] == '/'; }
static void entry_deinit(void) {}
static const void *entry_factory(const char *id) { return strcmp(id, "clap.plugin-factory") ? NULL : &factory; }
const clap_entry_type clap_entry = {{1, 2, 0}, entry_init, entry_deinit, entry_factory};
