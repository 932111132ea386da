"""Jobs: one file from start to finish. They read and write through `media`, decide through `delivery`, report and can be given up."""
