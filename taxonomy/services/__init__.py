"""Changes to the vocabulary."""

from taxonomy.services.hierarchy import lock_hierarchy, rebuild_closure, refuse_cycle, set_broader

__all__ = ["lock_hierarchy", "rebuild_closure", "refuse_cycle", "set_broader"]
