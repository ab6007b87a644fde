"""Where devices and vendors' clouds post what they have to say, in the web process (A4.6, A4.7, A4.8).

`POST /push/v1/<device>` takes signed JSON, `POST /push/isapi/<device>/<word>` the alerts of Hikvision cameras. Both judge,
store and answer in the request itself: the answer comes after the commit, as everywhere.
"""
