"""What the player shows: its layout in Python, and the JavaScript that paints it."""
