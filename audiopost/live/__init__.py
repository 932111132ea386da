"""Now, on a device: a chain played in processes of its own. The face is `audiopost.live.host.LiveHost`."""
