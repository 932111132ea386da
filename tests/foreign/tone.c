/* A CLAP instrument whose output is known: while a key is down the left channel holds its velocity / 127, the right one
 * its key / 127; else silence. It takes MIDI, or with -DCLAP_NOTES CLAP's own notes only. With -DEFFECT it is an effect:
 * while a key is down, its input times velocity / 127.
 */
#include "clap.h"
#include <stdlib.h>
#include <string.h>

enum { NOTE_ON = 0, NOTE_OFF = 1, DIALECT_CLAP = 1, DIALECT_MIDI = 2 };

typedef struct {
    clap_event_header header;
    int32_t note_id;
    int16_t port_index, channel, key;
    double velocity;
} clap_event_note;

typedef struct { uint32_t id, supported_dialects, preferred_dialect; char name[256]; } clap_note_port;
typedef struct {
    uint32_t (*count)(const clap_plugin *, bool);
    bool (*get)(const clap_plugin *, uint32_t, bool, clap_note_port *);
} clap_note_ports;

typedef struct { clap_plugin clap; float velocity, key; } tone;

#ifdef EFFECT
enum { INPUTS = 1 };
static const char *const features[] = {"audio-effect", "utility", NULL};
#else
enum { INPUTS = 0 };
static const char *const features[] = {"instrument", "synthesizer", NULL};
#endif
static const clap_descriptor descriptor = {
    {1, 2, 0}, "org.example.tone", "Known Tone", "Example", "", "", "", "1.0", "A tone", features};

static bool init(const clap_plugin *plugin) { (void)plugin; return true; }
static void destroy(const clap_plugin *plugin) { free(plugin->plugin_data); }
static bool activate(const clap_plugin *plugin, double rate, uint32_t smallest, uint32_t largest) {
    (void)plugin; (void)rate; (void)smallest; (void)largest;
    return true;
}
static void nothing(const clap_plugin *plugin) { (void)plugin; }
static bool start(const clap_plugin *plugin) { (void)plugin; return true; }
static void reset(const clap_plugin *plugin) { ((tone *)plugin->plugin_data)->velocity = 0.0f; }

static void take(tone *me, const clap_event_header *event) {
#ifdef CLAP_NOTES
    if (event->type != NOTE_ON && event->type != NOTE_OFF) return;
    const clap_event_note *note = (const clap_event_note *)event;
    me->velocity = event->type == NOTE_ON ? (float)note->velocity : 0.0f;
    me->key = (float)note->key / 127.0f;
#else
    if (event->type != EVENT_MIDI) return;
    const uint8_t *data = ((const clap_event_midi *)event)->data;
    if ((data[0] & 0xF0) != 0x90 && (data[0] & 0xF0) != 0x80) return;
    me->velocity = (data[0] & 0xF0) == 0x90 ? (float)data[2] / 127.0f : 0.0f;
    me->key = (float)data[1] / 127.0f;
#endif
}

static int32_t process(const clap_plugin *plugin, const clap_process *process) {
    tone *me = plugin->plugin_data;
    uint32_t events = process->in_events->size(process->in_events), next = 0;
    for (uint32_t frame = 0; frame < process->frames_count; frame++) {
        for (; next < events; next++) {
            const clap_event_header *event = process->in_events->get(process->in_events, next);
            if (event->time > frame) break;
            take(me, event);
        }
        for (int channel = 0; channel < 2; channel++) {
            float said = channel && me->velocity > 0.0f ? me->key : me->velocity;
            if (INPUTS) said = process->audio_inputs[0].data32[channel][frame] * me->velocity;
            process->audio_outputs[0].data32[channel][frame] = said;
        }
    }
    return PROCESS_CONTINUE;
}

static uint32_t port_count(const clap_plugin *plugin, bool is_input) { (void)plugin; return is_input ? INPUTS : 1; }
static bool port_get(const clap_plugin *plugin, uint32_t index, bool is_input, clap_audio_port *port) {
    (void)plugin; (void)index; (void)is_input;
    memset(port, 0, sizeof *port);
    strcpy(port->name, "Output");
    port->flags = PORT_MAIN, port->channel_count = 2;
    return true;
}
static const clap_audio_ports ports = {port_count, port_get};

static uint32_t note_count(const clap_plugin *plugin, bool is_input) { (void)plugin; return is_input ? 1 : 0; }
static bool note_get(const clap_plugin *plugin, uint32_t index, bool is_input, clap_note_port *port) {
    (void)plugin; (void)index; (void)is_input;
    memset(port, 0, sizeof *port);
#ifdef CLAP_NOTES
    port->supported_dialects = port->preferred_dialect = DIALECT_CLAP;
#else
    port->supported_dialects = port->preferred_dialect = DIALECT_MIDI;
#endif
    strcpy(port->name, "Notes");
    return true;
}
static const clap_note_ports notes = {note_count, note_get};

static const void *get_extension(const clap_plugin *plugin, const char *name) {
    (void)plugin;
    if (!strcmp(name, "clap.audio-ports")) return &ports;
    if (!strcmp(name, "clap.note-ports")) return &notes;
    return NULL;
}

static uint32_t count(const clap_factory *factory) { (void)factory; return 1; }
static const clap_descriptor *describe(const clap_factory *factory, uint32_t index) {
    (void)factory; (void)index;
    return &descriptor;
}
static const clap_plugin *create(const clap_factory *factory, const clap_host *host, const char *id) {
    (void)factory; (void)host; (void)id;
    tone *me = calloc(1, sizeof *me);
    me->clap = (clap_plugin){&descriptor, me, init, destroy, activate, nothing, start, nothing, reset, process,
                             get_extension, nothing};
    return &me->clap;
}
static const clap_factory factory = {count, describe, create};

static bool entry_init(const char *path) { (void)path; return true; }
static void entry_deinit(void) {}
static const void *entry_factory(const char *id) { (void)id; return &factory; }
const clap_entry_type clap_entry = {{1, 2, 0}, entry_init, entry_deinit, entry_factory};
