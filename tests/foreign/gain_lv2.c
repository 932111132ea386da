/* A well-behaved LV2 plug-in whose output is known by one line: out = in * gain * (key ? |sidechain| : 1) + offset + lift,
 * late by 32 frames if `late` is on. The offset is a property of its state; a worker doubles the gain once the knob
 * `ask` is turned on, and is heard from the next block on.
 * It is silent in a block of more than 4096 frames, and without the room for events that it asks for; and it frees at
 * the end what it takes when it is activated, as some do.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { const char *uri; void *data; } feature;
typedef struct { void *handle; uint32_t (*map)(void *, const char *); } urid_map;
typedef struct { void *handle; int (*schedule)(void *, uint32_t, const void *); } schedule;
typedef int (*respond)(void *, uint32_t, const void *);
typedef struct {
    int (*work)(void *, respond, void *, uint32_t, const void *);
    int (*response)(void *, uint32_t, const void *);
    int (*end)(void *);
} worker_interface;
typedef int (*store)(void *, uint32_t, const void *, size_t, uint32_t, uint32_t);
typedef const void *(*retrieve)(void *, uint32_t, size_t *, uint32_t *, uint32_t *);
typedef struct {
    int (*save)(void *, store, void *, uint32_t, const feature *const *);
    int (*restore)(void *, retrieve, void *, uint32_t, const feature *const *);
} state_interface;
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

enum { IN_L, IN_R, SIDE, OUT_L, OUT_R, GAIN, KEY, LATE, ASK, MODE, LATENCY, OFFSET, LIFT, LIFTED, TOLD, PORTS };
enum { LATE_FRAMES = 32, MOST_FRAMES = 4096, TOLD_BYTES = 200000 };

typedef struct {
    float *port[PORTS], line[2][LATE_FRAMES], offset, factor;
    int at, asked;
    uint32_t key, type;
    const schedule *work;
    void *taken;
} gain;

static const void *find(const feature *const *features, const char *uri) {
    for (; *features; features++) if (!strcmp((*features)->uri, uri)) return (*features)->data;
    return NULL;
}

static void *instantiate(const descriptor *d, double rate, const char *bundle, const feature *const *features) {
    (void)d; (void)rate; (void)bundle;
    const urid_map *map = find(features, "http://lv2plug.in/ns/ext/urid#map");
    if (!map) return NULL;
    gain *me = calloc(1, sizeof *me);
    me->factor = 1.0f;
    me->taken = (void *)8;
    me->work = find(features, "http://lv2plug.in/ns/ext/worker#schedule");
    me->key = map->map(map->handle, "urn:example:offset");
    me->type = map->map(map->handle, "http://lv2plug.in/ns/ext/atom#Float");
    return me;
}
static void connect(void *handle, uint32_t port, void *data) { ((gain *)handle)->port[port] = data; }
static void activate(void *handle) {
    gain *me = handle;
    memset(me->line, 0, sizeof me->line);
    me->factor = 1.0f, me->asked = 0;
    if (me->taken == (void *)8) me->taken = malloc(1);
}
static void run(void *handle, uint32_t frames) {
    gain *me = handle;
    int late = *me->port[LATE] > 0.5f;
    uint32_t room;
    memcpy(&room, me->port[TOLD], sizeof room);
    if (frames > MOST_FRAMES || room < TOLD_BYTES - 8) {
        for (int channel = 0; channel < 2; channel++) memset(me->port[OUT_L + channel], 0, frames * sizeof(float));
        return;
    }
    *me->port[LATENCY] = late ? LATE_FRAMES : 0;
    if (*me->port[ASK] > 0.5f && !me->asked) {
        float factor = 2.0f;
        me->asked = 1;
        me->work->schedule(me->work->handle, sizeof factor, &factor);
    }
    for (uint32_t frame = 0; frame < frames; frame++) {
        float by = *me->port[GAIN] * me->factor;
        if (*me->port[KEY] > 0.5f) by *= fabsf(me->port[SIDE][frame]);
        for (int channel = 0; channel < 2; channel++) {
            float now = me->port[IN_L + channel][frame] * by + me->offset + me->port[LIFT][frame], *then = &me->line[channel][me->at];
            me->port[OUT_L + channel][frame] = late ? *then : now;
            *then = now;
        }
        me->port[LIFTED][frame] = me->port[LIFT][frame];
        me->at = (me->at + 1) % LATE_FRAMES;
    }
    *me->port[OFFSET] = me->offset;
}
static void cleanup(void *handle) { free(((gain *)handle)->taken); free(handle); }

static int work(void *handle, respond answer, void *to, uint32_t size, const void *data) {
    (void)handle;
    return answer(to, size, data);
}
static int response(void *handle, uint32_t size, const void *data) {
    memcpy(&((gain *)handle)->factor, data, size);
    return 0;
}
static const worker_interface worker = {work, response, NULL};

static int save(void *handle, store keep, void *to, uint32_t flags, const feature *const *features) {
    (void)flags; (void)features;
    gain *me = handle;
    return keep(to, me->key, &me->offset, sizeof me->offset, me->type, 3);
}
static int restore(void *handle, retrieve get, void *from, uint32_t flags, const feature *const *features) {
    (void)flags; (void)features;
    gain *me = handle;
    size_t size; uint32_t type, kept;
    const float *offset = get(from, me->key, &size, &type, &kept);
    if (!offset || size != sizeof *offset || type != me->type) return 1;
    me->offset = *offset;
    return 0;
}
static const state_interface state = {save, restore};

static const void *extension_data(const char *uri) {
    if (!strcmp(uri, "http://lv2plug.in/ns/ext/worker#interface")) return &worker;
    if (!strcmp(uri, "http://lv2plug.in/ns/ext/state#interface")) return &state;
    return NULL;
}
static const descriptor known = {"urn:example:gain", instantiate, connect, activate, run, NULL, cleanup, extension_data};
static const descriptor crashing = {"urn:example:crash", instantiate, connect, activate, NULL, NULL, cleanup, NULL};

const descriptor *lv2_descriptor(uint32_t index) { return index == 0 ? &known : index == 1 ? &crashing : NULL; }
