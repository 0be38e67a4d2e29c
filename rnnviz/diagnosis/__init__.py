"""Why an implementation of somebody's own does not give what torch.nn gives."""
