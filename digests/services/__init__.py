"""Every change of the room: following, announcing, planning, releasing, and the tick that does the last three."""
