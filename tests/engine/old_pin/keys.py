"""The key of the invented office whose databases lie here: everybody may know it, for it keeps no secret."""

import base64

KEYS = base64.urlsafe_b64encode(b"an invented office of old, no one").decode()[:43] + "="
