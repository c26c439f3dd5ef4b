-- A journal as the first released schema holds it, dumped from a component of that time.
PRAGMA application_id = 1128546609;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE device (
    thing_name TEXT PRIMARY KEY,
    state INTEGER NOT NULL,
    since REAL NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL,
    told_retrying INTEGER NOT NULL,
    code TEXT,
    message TEXT
) WITHOUT ROWID;
INSERT INTO "device" VALUES('ghost',2,1795454767.5,1795454766.5,1,0,'ResourceNotFoundException','There is no thing named ghost');
INSERT INTO "device" VALUES('lamp',1,1795454767.5,0.0,0,0,NULL,NULL);
INSERT INTO "device" VALUES('valve',0,1795454768.5,1795454768.5,3,1,'EndpointConnectionError','Could not connect');
CREATE TABLE owed (
    owed_id INTEGER PRIMARY KEY AUTOINCREMENT,
    send_at REAL NOT NULL,
    refusals INTEGER NOT NULL,
    result TEXT NOT NULL
);
INSERT INTO "owed" VALUES(1,1795455067.5,1,'{"topic": "clientdevices/announce", "status": "associated", "thing_name": "lamp", "already": false, "announcement_id": "first"}');
INSERT INTO "owed" VALUES(4,1795455067.75,2,'{"topic": "clientdevices/valve/announce", "status": "retrying", "thing_name": "valve", "already": false, "code": "EndpointConnectionError", "message": "Could not connect", "attempts": 3, "next_attempt_at": 1795454768.75}');
CREATE TABLE waiting (
    thing_name TEXT NOT NULL,
    topic TEXT NOT NULL,
    announcement_id TEXT NOT NULL,
    PRIMARY KEY (thing_name, topic, announcement_id)
) WITHOUT ROWID;
INSERT INTO "waiting" VALUES('valve','clientdevices/announce','second');
INSERT INTO "waiting" VALUES('valve','clientdevices/valve/announce','');
CREATE INDEX device_due ON device (due_at, thing_name) WHERE state = 0;
CREATE INDEX device_settled ON device (since) WHERE state <> 0;
CREATE INDEX owed_next ON owed (send_at, owed_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('owed',4);
COMMIT;
