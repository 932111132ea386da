/* clap_loop PLUGIN.clap CALLS: microseconds for one call of a CLAP plug-in with 64 frames, stereo with a mono side-chain,
 * from the plainest host there can be. */
#define _GNU_SOURCE
#include "clap.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FRAMES = 64 };

static const void *no_extension(const clap_host *host, const char *name) { (void)host; (void)name; return NULL; }
static void nothing(const clap_host *host) { (void)host; }
static uint32_t none(const clap_input_events *list) { (void)list; return 0; }
static const clap_event_header *nowhere(const clap_input_events *list, uint32_t index) { (void)list; (void)index; return NULL; }
static bool taken(const clap_output_events *list, const clap_event_header *event) { (void)list; (void)event; return true; }

int main(int count, char **words) {
    void *library = count == 3 ? dlopen(words[1], RTLD_NOW) : NULL;
    const clap_entry_type *entry = library ? dlsym(library, "clap_entry") : NULL;
    if (!entry || !entry->init(words[1])) return 1;
    const clap_factory *factory = entry->get_factory("clap.plugin-factory");
    const clap_host host = {{1, 2, 0}, NULL, "loop", "", "", "1", no_extension, nothing, nothing, nothing};
    const clap_plugin *plugin = factory->create(factory, &host, factory->descriptor(factory, 0)->id);
    if (!plugin || !plugin->init(plugin) || !plugin->activate(plugin, 48000.0, 1, FRAMES)) return 1;
    if (!plugin->start_processing(plugin)) return 1;
    static float in[3][FRAMES], out[2][FRAMES];
    float *main_in[] = {in[0], in[1]}, *side_in[] = {in[2]}, *main_out[] = {out[0], out[1]};
    const clap_audio_buffer inputs[] = {{main_in, NULL, 2, 0, 0}, {side_in, NULL, 1, 0, 0}};
    clap_audio_buffer outputs[] = {{main_out, NULL, 2, 0, 0}};
    const clap_input_events events = {NULL, none, nowhere};
    const clap_output_events told = {NULL, taken};
    const clap_process process = {0, FRAMES, NULL, inputs, outputs, 2, 1, &events, &told};
    struct timespec begun, ended;
    long calls = atol(words[2]);
    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (long call = 0; call < calls; call++) plugin->process(plugin, &process);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    double seconds = (double)(ended.tv_sec - begun.tv_sec) + 1e-9 * (double)(ended.tv_nsec - begun.tv_nsec);
    printf("%f\n", seconds / (double)calls * 1e6);
    return 0;
}
