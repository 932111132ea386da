"""The C interface of CLAP 1.x, as much of it as a host for sound needs. A door to cffi.

Written from the public interface; names are shortened, order and types of the fields are what the interface says.
Numbers of events, flags and roles stand beside. Threads, by CLAP's words: ``main`` is the one thread that made the
plug-in, ``audio`` is whichever thread plays at the moment, never two at once.

Source: CLAP 1.2 headers (free-audio/clap): ``entry.h``, ``plugin.h``, ``host.h``, ``process.h``, ``events.h``,
``audio-buffer.h``, ``factory/plugin-factory.h``, ``ext/*.h``.
"""

from __future__ import annotations

from typing import Any

import cffi

__all__ = [
    "FEATURE_INSTRUMENT",
    "EventType",
    "NoteDialect",
    "ParameterFlag",
    "PortFlag",
    "ProcessStatus",
    "RenderMode",
    "ffi",
]

DECLARATIONS = """
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
    const void *(*get_extension)(const struct clap_host *, const char *id);
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

typedef struct {
    uint32_t size, time;
    uint16_t space_id, type;
    uint32_t flags;
} clap_event_header;

typedef struct {
    clap_event_header header;
    uint32_t param_id;
    void *cookie;
    int32_t note_id;
    int16_t port_index, channel, key;
    double value;
} clap_event_param_value;

typedef struct {
    clap_event_header header;
    int32_t note_id;
    int16_t port_index, channel, key;
    double velocity;
} clap_event_note;

typedef struct {
    clap_event_header header;
    uint16_t port_index;
    uint8_t data[3];
} clap_event_midi;

typedef struct { void *context, *size, *get; } clap_input_events;
typedef struct { void *context, *try_push; } clap_output_events;

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
    bool (*activate)(const struct clap_plugin *, double sample_rate, uint32_t min_frames, uint32_t max_frames);
    void (*deactivate)(const struct clap_plugin *);
    bool (*start_processing)(const struct clap_plugin *);
    void (*stop_processing)(const struct clap_plugin *);
    void (*reset)(const struct clap_plugin *);
    int32_t (*process)(const struct clap_plugin *, const clap_process *);
    const void *(*get_extension)(const struct clap_plugin *, const char *id);
    void (*on_main_thread)(const struct clap_plugin *);
} clap_plugin;

typedef struct clap_factory {
    uint32_t (*count)(const struct clap_factory *);
    const clap_descriptor *(*descriptor)(const struct clap_factory *, uint32_t index);
    const clap_plugin *(*create)(const struct clap_factory *, const clap_host *, const char *id);
} clap_factory;

typedef struct {
    clap_version version;
    bool (*init)(const char *path);
    void (*deinit)(void);
    const void *(*get_factory)(const char *id);
} clap_entry_type;

extern clap_entry_type clap_entry;

typedef struct {
    uint32_t id;
    char name[256];
    uint32_t flags, channel_count;
    const char *port_type;
    uint32_t in_place_pair;
} clap_audio_port;

typedef struct {
    uint32_t (*count)(const clap_plugin *, bool is_input);
    bool (*get)(const clap_plugin *, uint32_t index, bool is_input, clap_audio_port *);
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
    bool (*get)(const clap_plugin *, uint32_t index, clap_ports_config *);
    bool (*select)(const clap_plugin *, uint32_t config_id);
} clap_ports_configs;

typedef struct {
    bool is_input;
    uint32_t port_index, channel_count;
    const char *port_type;
    const void *details;
} clap_port_request;

typedef struct {
    bool (*can_apply)(const clap_plugin *, const clap_port_request *, uint32_t count);
    bool (*apply)(const clap_plugin *, const clap_port_request *, uint32_t count);
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
    bool (*get_info)(const clap_plugin *, uint32_t index, clap_param_info *);
    bool (*get_value)(const clap_plugin *, uint32_t id, double *value);
    bool (*value_to_text)(const clap_plugin *, uint32_t id, double value, char *text, uint32_t size);
    bool (*text_to_value)(const clap_plugin *, uint32_t id, const char *text, double *value);
    void (*flush)(const clap_plugin *, const clap_input_events *, const clap_output_events *);
} clap_params;

typedef struct clap_writer {
    void *context;
    int64_t (*write)(const struct clap_writer *, const void *bytes, uint64_t size);
} clap_writer;

typedef struct clap_reader {
    void *context;
    int64_t (*read)(const struct clap_reader *, void *bytes, uint64_t size);
} clap_reader;

typedef struct {
    bool (*save)(const clap_plugin *, const clap_writer *);
    bool (*load)(const clap_plugin *, const clap_reader *);
} clap_state;

typedef struct { uint32_t (*get)(const clap_plugin *); } clap_frames;

typedef struct {
    bool (*has_hard_realtime_requirement)(const clap_plugin *);
    bool (*set)(const clap_plugin *, int32_t mode);
} clap_render;

typedef struct {
    uint32_t id, supported_dialects, preferred_dialect;
    char name[256];
} clap_note_port;

typedef struct {
    uint32_t (*count)(const clap_plugin *, bool is_input);
    bool (*get)(const clap_plugin *, uint32_t index, bool is_input, clap_note_port *);
} clap_note_ports;

typedef struct { const char *api; void *handle; } clap_window;

typedef struct {
    bool (*is_api_supported)(const clap_plugin *, const char *api, bool is_floating);
    bool (*get_preferred_api)(const clap_plugin *, const char **api, bool *is_floating);
    bool (*create)(const clap_plugin *, const char *api, bool is_floating);
    void (*destroy)(const clap_plugin *);
    bool (*set_scale)(const clap_plugin *, double scale);
    bool (*get_size)(const clap_plugin *, uint32_t *width, uint32_t *height);
    bool (*can_resize)(const clap_plugin *);
    bool (*get_resize_hints)(const clap_plugin *, void *hints);
    bool (*adjust_size)(const clap_plugin *, uint32_t *width, uint32_t *height);
    bool (*set_size)(const clap_plugin *, uint32_t width, uint32_t height);
    bool (*set_parent)(const clap_plugin *, const clap_window *);
    bool (*set_transient)(const clap_plugin *, const clap_window *);
    void (*suggest_title)(const clap_plugin *, const char *title);
    bool (*show)(const clap_plugin *);
    bool (*hide)(const clap_plugin *);
} clap_gui;

typedef struct { void (*on_timer)(const clap_plugin *, uint32_t id); } clap_timer;

typedef struct {
    void (*resize_hints_changed)(const clap_host *);
    bool (*request_resize)(const clap_host *, uint32_t width, uint32_t height);
    bool (*request_show)(const clap_host *);
    bool (*request_hide)(const clap_host *);
    void (*closed)(const clap_host *, bool was_destroyed);
} clap_host_gui;

typedef struct {
    bool (*register_timer)(const clap_host *, uint32_t period_ms, uint32_t *id);
    bool (*unregister_timer)(const clap_host *, uint32_t id);
} clap_host_timer;

typedef struct { void (*log)(const clap_host *, int32_t severity, const char *message); } clap_host_log;

typedef struct {
    bool (*is_main_thread)(const clap_host *);
    bool (*is_audio_thread)(const clap_host *);
} clap_host_thread_check;

typedef struct { void (*changed)(const clap_host *); } clap_host_changed;

typedef struct {
    void (*rescan)(const clap_host *, uint32_t flags);
    void (*clear)(const clap_host *, uint32_t id, uint32_t flags);
    void (*request_flush)(const clap_host *);
} clap_host_params;

typedef struct {
    bool (*is_rescan_flag_supported)(const clap_host *, uint32_t flag);
    void (*rescan)(const clap_host *, uint32_t flags);
} clap_host_audio_ports;

typedef struct {
    uint32_t (*supported_dialects)(const clap_host *);
    void (*rescan)(const clap_host *, uint32_t flags);
} clap_host_note_ports;
"""

ffi: Any = cffi.FFI()
ffi.cdef(DECLARATIONS)

FEATURE_INSTRUMENT = "instrument"


class EventType:
    """``clap_event_header.type`` in the core space of events."""

    NOTE_ON = 0
    NOTE_OFF = 1
    NOTE_CHOKE = 2
    PARAM_VALUE = 5
    PARAM_MOD = 6
    MIDI = 10


class ParameterFlag:
    """``clap_param_info.flags``."""

    STEPPED = 1 << 0
    HIDDEN = 1 << 2
    READONLY = 1 << 3
    BYPASS = 1 << 4
    AUTOMATABLE = 1 << 5
    MODULATABLE = 1 << 10


class PortFlag:
    """``clap_audio_port.flags``."""

    MAIN = 1 << 0


class ProcessStatus:
    """What ``process`` returns: only a failure matters to a host that never lets a plug-in sleep."""

    ERROR = 0


class NoteDialect:
    """``clap_note_port.supported_dialects``."""

    CLAP = 1 << 0
    MIDI = 1 << 1


class RenderMode:
    """``clap_render.set``."""

    REALTIME = 0
    OFFLINE = 1
