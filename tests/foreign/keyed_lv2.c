/* An LV2 effect whose output is known: while a key is down, its input times velocity / 127; else silence. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { const char *uri; void *data; } feature;
typedef struct { void *handle; uint32_t (*map)(void *, const char *); } urid_map;
typedef struct descriptor {
    const char *uri;
    void *(*instantiate)(const struct descriptor *, double, const char *, const feature *const *);
    void (*connect_port)(void *, uint32_t, void *);
    void (*activate)(void *);
    void (*run)(void *, uint32_t);
    void (*deactivate)(void *);
    void (*cleanup)(void *);
    const void *(*extension_data)(const char *);
} descriptor;
typedef struct { uint32_t size, type, unit, pad; } sequence;
typedef struct { int64_t frame; uint32_t size, type; uint8_t data[8]; } event;

enum { IN, OUT, NOTES, PORTS };
typedef struct { void *port[PORTS]; uint32_t midi; float velocity; } keyed;

static void *instantiate(const descriptor *d, double rate, const char *bundle, const feature *const *features) {
    (void)d; (void)rate; (void)bundle;
    for (; *features; features++)
        if (!strcmp((*features)->uri, "http://lv2plug.in/ns/ext/urid#map")) {
            const urid_map *map = (*features)->data;
            keyed *me = calloc(1, sizeof *me);
            me->midi = map->map(map->handle, "http://lv2plug.in/ns/ext/midi#MidiEvent");
            return me;
        }
    return NULL;
}
static void connect(void *handle, uint32_t port, void *data) { ((keyed *)handle)->port[port] = data; }
static void activate(void *handle) { ((keyed *)handle)->velocity = 0.0f; }
static void run(void *handle, uint32_t frames) {
    keyed *me = handle;
    const sequence *notes = me->port[NOTES];
    const uint8_t *place = (const uint8_t *)(notes + 1), *end = (const uint8_t *)&notes->unit + notes->size;
    const float *in = me->port[IN];
    float *out = me->port[OUT];
    for (uint32_t frame = 0; frame < frames; frame++) {
        while (place < end && ((const event *)place)->frame <= frame) {
            const event *now = (const event *)place;
            uint8_t kind = now->data[0] & 0xF0;
            if (now->type == me->midi && (kind == 0x90 || kind == 0x80))
                me->velocity = kind == 0x90 ? (float)now->data[2] / 127.0f : 0.0f;
            place += 16 + (now->size + 7) / 8 * 8;
        }
        out[frame] = in[frame] * me->velocity;
    }
}
static void cleanup(void *handle) { free(handle); }
static const descriptor known = {"urn:example:keyed", instantiate, connect, activate, run, NULL, cleanup, NULL};

const descriptor *lv2_descriptor(uint32_t index) { return index == 0 ? &known : NULL; }
