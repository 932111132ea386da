/* The part of CLAP's C interface that the plug-ins of these tests use, written from the public interface (1.2). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct { uint32_t major, minor, revision; } clap_version;

typedef struct {
    clap_version version;
    const char *id, *name, *vendor, *url, *manual_url, *support_url, *plugin_version, *description;
    const char *const *features;
} clap_descriptor;

typedef struct clap_host {
    clap_version version;
    void *host_data;
    const char *name, *vendor, *url, *host_version;
    const void *(*get_extension)(const struct clap_host *, const char *);
    void (*request_restart)(const struct clap_host *);
    void (*request_process)(const struct clap_host *);
    void (*request_callback)(const struct clap_host *);
} clap_host;

typedef struct {
    float **data32;
    double **data64;
    uint32_t channel_count, latency;
    uint64_t constant_mask;
} clap_audio_buffer;

typedef struct { uint32_t size, time; uint16_t space_id, type; uint32_t flags; } clap_event_header;

typedef struct {
    clap_event_header header;
    uint32_t param_id;
    void *cookie;
    int32_t note_id;
    int16_t port_index, channel, key;
    double value;
} clap_event_param_value;

typedef struct { clap_event_header header; uint16_t port_index; uint8_t data[3]; } clap_event_midi;

typedef struct clap_input_events {
    void *context;
    uint32_t (*size)(const struct clap_input_events *);
    const clap_event_header *(*get)(const struct clap_input_events *, uint32_t);
} clap_input_events;

typedef struct clap_output_events {
    void *context;
    bool (*try_push)(const struct clap_output_events *, const clap_event_header *);
} clap_output_events;

typedef struct {
    int64_t steady_time;
    uint32_t frames_count;
    const void *transport;
    const clap_audio_buffer *audio_inputs;
    clap_audio_buffer *audio_outputs;
    uint32_t audio_inputs_count, audio_outputs_count;
    const clap_input_events *in_events;
    const clap_output_events *out_events;
} clap_process;

typedef struct clap_plugin {
    const clap_descriptor *descriptor;
    void *plugin_data;
    bool (*init)(const struct clap_plugin *);
    void (*destroy)(const struct clap_plugin *);
    bool (*activate)(const struct clap_plugin *, double, uint32_t, uint32_t);
    void (*deactivate)(const struct clap_plugin *);
    bool (*start_processing)(const struct clap_plugin *);
    void (*stop_processing)(const struct clap_plugin *);
    void (*reset)(const struct clap_plugin *);
    int32_t (*process)(const struct clap_plugin *, const clap_process *);
    const void *(*get_extension)(const struct clap_plugin *, const char *);
    void (*on_main_thread)(const struct clap_plugin *);
} clap_plugin;

typedef struct clap_factory {
    uint32_t (*count)(const struct clap_factory *);
    const clap_descriptor *(*descriptor)(const struct clap_factory *, uint32_t);
    const clap_plugin *(*create)(const struct clap_factory *, const clap_host *, const char *);
} clap_factory;

typedef struct {
    clap_version version;
    bool (*init)(const char *);
    void (*deinit)(void);
    const void *(*get_factory)(const char *);
} clap_entry_type;

typedef struct {
    uint32_t id;
    char name[256];
    uint32_t flags, channel_count;
    const char *port_type;
    uint32_t in_place_pair;
} clap_audio_port;

typedef struct {
    uint32_t (*count)(const clap_plugin *, bool);
    bool (*get)(const clap_plugin *, uint32_t, bool, clap_audio_port *);
} clap_audio_ports;

typedef struct {
    uint32_t id;
    char name[256];
    uint32_t input_ports, output_ports;
    bool has_main_input;
    uint32_t main_input_channels;
    const char *main_input_type;
    bool has_main_output;
    uint32_t main_output_channels;
    const char *main_output_type;
} clap_ports_config;

typedef struct {
    uint32_t (*count)(const clap_plugin *);
    bool (*get)(const clap_plugin *, uint32_t, clap_ports_config *);
    bool (*select)(const clap_plugin *, uint32_t);
} clap_ports_configs;

typedef struct {
    bool is_input;
    uint32_t port_index, channel_count;
    const char *port_type;
    const void *details;
} clap_port_request;

typedef struct {
    bool (*can_apply)(const clap_plugin *, const clap_port_request *, uint32_t);
    bool (*apply)(const clap_plugin *, const clap_port_request *, uint32_t);
} clap_configurable_ports;

typedef struct {
    uint32_t id, flags;
    void *cookie;
    char name[256];
    char module[1024];
    double minimum, maximum, default_value;
} clap_param_info;

typedef struct {
    uint32_t (*count)(const clap_plugin *);
    bool (*get_info)(const clap_plugin *, uint32_t, clap_param_info *);
    bool (*get_value)(const clap_plugin *, uint32_t, double *);
    bool (*value_to_text)(const clap_plugin *, uint32_t, double, char *, uint32_t);
    bool (*text_to_value)(const clap_plugin *, uint32_t, const char *, double *);
    void (*flush)(const clap_plugin *, const clap_input_events *, const clap_output_events *);
} clap_params;

typedef struct clap_writer {
    void *context;
    int64_t (*write)(const struct clap_writer *, const void *, uint64_t);
} clap_writer;

typedef struct clap_reader {
    void *context;
    int64_t (*read)(const struct clap_reader *, void *, uint64_t);
} clap_reader;

typedef struct {
    bool (*save)(const clap_plugin *, const clap_writer *);
    bool (*load)(const clap_plugin *, const clap_reader *);
} clap_state;

typedef struct { uint32_t (*get)(const clap_plugin *); } clap_frames;

typedef struct {
    bool (*has_hard_realtime_requirement)(const clap_plugin *);
    bool (*set)(const clap_plugin *, int32_t);
} clap_render;

typedef struct { void (*log)(const clap_host *, int32_t, const char *); } clap_host_log;

typedef struct {
    bool (*is_main_thread)(const clap_host *);
    bool (*is_audio_thread)(const clap_host *);
} clap_host_thread_check;

typedef struct { void (*changed)(const clap_host *); } clap_host_changed;

enum { EVENT_PARAM_VALUE = 5, EVENT_PARAM_MOD = 6, EVENT_MIDI = 10 };
enum { PARAM_STEPPED = 1 << 0, PARAM_READONLY = 1 << 3, PARAM_AUTOMATABLE = 1 << 5, PARAM_MODULATABLE = 1 << 10 };
enum { PORT_MAIN = 1 << 0 };
enum { PROCESS_ERROR = 0, PROCESS_CONTINUE = 1 };
