"""The C interfaces of LV2 plug-ins and of lilv, the library that reads their descriptions. A door to cffi.

Written from the public interfaces; names are shortened, order and types of the fields are what the interfaces say.
lilv is found by the system's loader under the name that its interface has had since 2011.

Source: LV2 1.18 headers (``lv2/core``, ``urid``, ``options``, ``worker``, ``state``, ``atom``, ``buf-size``); lilv 0.24
``lilv.h``.
"""

from __future__ import annotations

import ctypes.util
import sys
from functools import cache
from typing import Any

import cffi

from audiopost.errors import PluginLoadError
from audiopost.plugins.plugin import sentence

__all__ = ["Uri", "ffi", "lilv"]

DECLARATIONS = """
typedef struct { const char *uri; void *data; } lv2_feature;

typedef struct lv2_descriptor {
    const char *uri;
    void *(*instantiate)(const struct lv2_descriptor *, double rate, const char *bundle, const lv2_feature *const *);
    void (*connect_port)(void *, uint32_t port, void *data);
    void (*activate)(void *);
    void (*run)(void *, uint32_t frames);
    void (*deactivate)(void *);
    void (*cleanup)(void *);
    const void *(*extension_data)(const char *uri);
} lv2_descriptor;

typedef struct { const lv2_descriptor *descriptor; void *handle; void *hidden; } lilv_instance;

typedef struct { void *handle; uint32_t (*map)(void *, const char *uri); } lv2_urid_map;
typedef struct { void *handle; const char *(*unmap)(void *, uint32_t urid); } lv2_urid_unmap;
typedef struct { void *data; uint32_t (*uri_to_id)(void *, const char *map, const char *uri); } lv2_uri_map;
typedef struct { uint32_t context, subject, key, size, type; const void *value; } lv2_option;
typedef struct { void *handle, *printf, *vprintf; } lv2_log;
typedef struct { void *handle; int (*schedule)(void *, uint32_t size, const void *data); } lv2_schedule;
typedef struct { void *handle; char *(*path)(void *, const char *path); } lv2_path;
typedef struct { void *handle, *abstract_path, *absolute_path; } lv2_map_path;
typedef struct { void *handle; void (*free_path)(void *, char *path); } lv2_free_path;
typedef struct { void *data; int (*resize)(void *, uint32_t index, size_t size); } lv2_resize;

typedef struct {
    int (*work)(void *, int (*respond)(void *, uint32_t, const void *), void *, uint32_t size, const void *data);
    int (*work_response)(void *, uint32_t size, const void *body);
    int (*end_run)(void *);
} lv2_worker;

typedef int (*lv2_store)(void *, uint32_t key, const void *value, size_t size, uint32_t type, uint32_t flags);
typedef const void *(*lv2_retrieve)(void *, uint32_t key, size_t *size, uint32_t *type, uint32_t *flags);
typedef struct {
    int (*save)(void *, lv2_store, void *, uint32_t flags, const lv2_feature *const *);
    int (*restore)(void *, lv2_retrieve, void *, uint32_t flags, const lv2_feature *const *);
} lv2_state;

typedef ... lilv_world;
typedef ... lilv_node;
typedef ... lilv_nodes;
typedef ... lilv_plugin;
typedef ... lilv_plugins;
typedef ... lilv_port;
typedef ... lilv_iterator;
typedef ... lilv_points;
typedef ... lilv_point;
typedef ... lilv_state;

lilv_world *lilv_world_new(void);
void lilv_world_load_specifications(lilv_world *);
void lilv_world_load_bundle(lilv_world *, const lilv_node *);
const lilv_plugins *lilv_world_get_all_plugins(const lilv_world *);
lilv_node *lilv_world_get(lilv_world *, const lilv_node *, const lilv_node *, const lilv_node *);
lilv_node *lilv_new_uri(lilv_world *, const char *);
lilv_node *lilv_new_file_uri(lilv_world *, const char *host, const char *path);
void lilv_node_free(lilv_node *);
const char *lilv_node_as_string(const lilv_node *);
float lilv_node_as_float(const lilv_node *);
lilv_iterator *lilv_plugins_begin(const lilv_plugins *);
lilv_iterator *lilv_plugins_next(const lilv_plugins *, lilv_iterator *);
bool lilv_plugins_is_end(const lilv_plugins *, lilv_iterator *);
const lilv_plugin *lilv_plugins_get(const lilv_plugins *, lilv_iterator *);
lilv_iterator *lilv_nodes_begin(const lilv_nodes *);
lilv_iterator *lilv_nodes_next(const lilv_nodes *, lilv_iterator *);
bool lilv_nodes_is_end(const lilv_nodes *, lilv_iterator *);
const lilv_node *lilv_nodes_get(const lilv_nodes *, lilv_iterator *);
void lilv_nodes_free(lilv_nodes *);
const lilv_node *lilv_plugin_get_uri(const lilv_plugin *);
lilv_node *lilv_plugin_get_name(const lilv_plugin *);
lilv_node *lilv_plugin_get_author_name(const lilv_plugin *);
lilv_nodes *lilv_plugin_get_value(const lilv_plugin *, const lilv_node *);
lilv_nodes *lilv_plugin_get_required_features(const lilv_plugin *);
uint32_t lilv_plugin_get_num_ports(const lilv_plugin *);
void lilv_plugin_get_port_ranges_float(const lilv_plugin *, float *minimum, float *maximum, float *start);
const lilv_port *lilv_plugin_get_port_by_index(const lilv_plugin *, uint32_t);
const lilv_node *lilv_port_get_symbol(const lilv_plugin *, const lilv_port *);
lilv_node *lilv_port_get_name(const lilv_plugin *, const lilv_port *);
lilv_nodes *lilv_port_get_value(const lilv_plugin *, const lilv_port *, const lilv_node *predicate);
bool lilv_port_has_property(const lilv_plugin *, const lilv_port *, const lilv_node *);
bool lilv_port_is_a(const lilv_plugin *, const lilv_port *, const lilv_node *);
bool lilv_port_supports_event(const lilv_plugin *, const lilv_port *, const lilv_node *);
lilv_points *lilv_port_get_scale_points(const lilv_plugin *, const lilv_port *);
lilv_iterator *lilv_scale_points_begin(const lilv_points *);
lilv_iterator *lilv_scale_points_next(const lilv_points *, lilv_iterator *);
bool lilv_scale_points_is_end(const lilv_points *, lilv_iterator *);
const lilv_point *lilv_scale_points_get(const lilv_points *, lilv_iterator *);
void lilv_scale_points_free(lilv_points *);
const lilv_node *lilv_scale_point_get_label(const lilv_point *);
const lilv_node *lilv_scale_point_get_value(const lilv_point *);
lilv_instance *lilv_plugin_instantiate(const lilv_plugin *, double rate, const lv2_feature *const *);
void lilv_instance_free(lilv_instance *);
lilv_nodes *lilv_plugin_get_related(const lilv_plugin *, const lilv_node *type);
int lilv_world_load_resource(lilv_world *, const lilv_node *);
lilv_state *lilv_state_new_from_world(lilv_world *, lv2_urid_map *, const lilv_node *subject);
void lilv_state_free(lilv_state *);
typedef void (*lilv_set_value)(const char *symbol, void *data, const void *value, uint32_t size, uint32_t type);
void lilv_state_restore(const lilv_state *, lilv_instance *, lilv_set_value, void *, uint32_t flags,
                        const lv2_feature *const *);
"""

ffi: Any = cffi.FFI()
ffi.cdef(DECLARATIONS)

_LV2 = "http://lv2plug.in/ns/"


class Uri:
    """Names in the descriptions of plug-ins, and of what a host offers."""

    CORE = f"{_LV2}lv2core#"
    AUDIO_PORT, CONTROL_PORT, CV_PORT = f"{CORE}AudioPort", f"{CORE}ControlPort", f"{CORE}CVPort"
    INPUT_PORT, OUTPUT_PORT = f"{CORE}InputPort", f"{CORE}OutputPort"
    ATOM = f"{_LV2}ext/atom#"
    ATOM_PORT = f"{ATOM}AtomPort"
    MIDI_EVENT = f"{_LV2}ext/midi#MidiEvent"
    URID_MAP, URID_UNMAP = f"{_LV2}ext/urid#map", f"{_LV2}ext/urid#unmap"
    URI_MAP = f"{_LV2}ext/uri-map"
    OPTIONS = f"{_LV2}ext/options#options"
    BLOCKS = f"{_LV2}ext/buf-size#"
    LOG = f"{_LV2}ext/log#log"
    WORKER, SCHEDULE = f"{_LV2}ext/worker#interface", f"{_LV2}ext/worker#schedule"
    STATE = f"{_LV2}ext/state#"
    RESIZE, MINIMUM_SIZE = f"{_LV2}ext/resize-port#resize", f"{_LV2}ext/resize-port#minimumSize"
    PARAMETERS = f"{_LV2}ext/parameters#"
    PORT_PROPERTIES = f"{_LV2}ext/port-props#"
    GROUPS = f"{_LV2}ext/port-groups#"
    PRESET = f"{_LV2}ext/presets#Preset"
    LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
    UNITS = f"{_LV2}extensions/units#"
    TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@cache
def lilv() -> Any:
    """The library; raises PluginLoadError where it is not installed."""
    names = {"linux": "liblilv-0.so.0", "darwin": "liblilv-0.dylib", "win32": "lilv-0-0.dll"}
    name = names.get(sys.platform, "liblilv-0.so")
    try:
        return ffi.dlopen(name)
    except OSError as first:
        found = ctypes.util.find_library("lilv-0")
        if found is not None:
            return ffi.dlopen(found)
        mend = "install lilv (Debian and Ubuntu: liblilv-0-0; macOS: brew install lilv)"
        raise PluginLoadError("LV2", f"needs the library lilv: {sentence(first)}", mend) from first
