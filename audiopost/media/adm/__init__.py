"""The Audio Definition Model: beds, objects and scenes in WAVE files, read, rendered and written.

::

    xml_tree, times, chna      what lies in the file
    model, blocks, read        the model, read from it
    definitions                beds and scenes that files name without describing them
    selection                  what of it a programme plays
    systems                    loudspeakers to render to
    speakers, objects, scenes  gains of each kind of channel
    courses, rendering         gains over time; the programme as a sound file
"""
