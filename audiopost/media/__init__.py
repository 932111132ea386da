"""Files: sound on disk becomes blocks, and blocks become sound on disk.

::

    audio_file      any readable file as blocks             AudioReader, open_audio, read_audio
    audio_writer    blocks as a file, whole or not at all   AudioWriter
    containers      what each file format can hold          Container, container_for
    wave_chunks     the chunks of RIFF, RF64 and BW64       walk_wave, wave_header
    wave_stream     samples of those files, by position     WaveSource, WaveSink
    sample_words    numbers as bytes                        decode, encode
    carried         what travels beside the sound           Carried, carried_by
    bext            the broadcast extension chunk           Bext, BextLoudness
    sample_positions  chunks that count samples             Move, moved
    wave_edit       loudness and tags into a finished file  stamp_loudness, append_chunk
    form_chunks     the same for the chunks of AIFF         copy_form_chunks
    tags            the door to ID3 and Vorbis comments     Tags, read_tags, copy_tags
    video_tracks    which sound of a film is meant          VideoTracks
    video, video_writer  the door to films                  VideoSource, VideoSink
    programme_files  one file, one a channel, or a film     programme_writer, ChannelWriter
    codec           through a service's codec and back      coded, decoded_blocks
    described       what a file says of itself              described
    libsndfile      the door to every other format          SndfileSource, SndfileSink
    new_file        a temporary name until all is well      NewFile
    file_faults     what the system says, in our words      fault

Why WAVE files are read and written here and not by libsndfile: it does not know BW64, believes a header that
lies about its length without telling, hides the channel mask, and writes an empty mask for many layouts. The
tests hold both roads against each other bit for bit.
"""
