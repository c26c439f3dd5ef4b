-- A journal as the second schema holds it, dumped from a component of that time.
PRAGMA application_id = 1128546609;
PRAGMA user_version = 2;
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
, lane TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
INSERT INTO "device" VALUES('fan',0,1795454772.0,1795454772.0,0,1,'EndpointConnectionError','Could not connect','shared');
INSERT INTO "device" VALUES('ghost',2,1795454771.0,1795454770.0,2,1,'ResourceNotFoundException','There is no thing named ghost','shared');
INSERT INTO "device" VALUES('lamp',1,1795454768.0,0.0,0,0,NULL,NULL,'');
INSERT INTO "device" VALUES('pump',0,1795454773.0,1795454773.0,0,0,NULL,NULL,'shared');
INSERT INTO "device" VALUES('valve',0,1795454772.0,1795454772.0,0,1,'EndpointConnectionError','Could not connect','own');
CREATE TABLE owed (
    owed_id INTEGER PRIMARY KEY AUTOINCREMENT,
    send_at REAL NOT NULL,
    refusals INTEGER NOT NULL,
    result TEXT NOT NULL
);
INSERT INTO "owed" VALUES(1,1795455073.0,1,'{"topic": "clientdevices/announce", "status": "associated", "thing_name": "lamp", "already": false, "announcement_id": "first"}');
INSERT INTO "owed" VALUES(4,0.0,0,'{"topic": "clientdevices/announce", "status": "retrying", "thing_name": "valve", "already": false, "code": "EndpointConnectionError", "message": "Could not connect", "attempts": 0, "next_attempt_at": 1795454774.0, "announcement_id": "second"}');
INSERT INTO "owed" VALUES(5,0.0,0,'{"topic": "clientdevices/valve/announce", "status": "retrying", "thing_name": "valve", "already": false, "code": "EndpointConnectionError", "message": "Could not connect", "attempts": 0, "next_attempt_at": 1795454774.0}');
INSERT INTO "owed" VALUES(6,1795455073.0,1,'{"topic": "clientdevices/announce", "status": "retrying", "thing_name": "fan", "already": false, "code": "EndpointConnectionError", "message": "Could not connect", "attempts": 0, "next_attempt_at": 1795454774.0}');
CREATE TABLE waiting (
    thing_name TEXT NOT NULL,
    topic TEXT NOT NULL,
    announcement_id TEXT NOT NULL,
    PRIMARY KEY (thing_name, topic, announcement_id)
) WITHOUT ROWID;
INSERT INTO "waiting" VALUES('fan','clientdevices/announce','');
INSERT INTO "waiting" VALUES('fan','clientdevices/announce','fourth');
INSERT INTO "waiting" VALUES('pump','clientdevices/announce','third');
INSERT INTO "waiting" VALUES('valve','clientdevices/announce','second');
INSERT INTO "waiting" VALUES('valve','clientdevices/valve/announce','');
CREATE INDEX device_settled ON device (since) WHERE state <> 0;
CREATE INDEX owed_next ON owed (send_at, owed_id);
CREATE INDEX device_due ON device (lane, due_at, thing_name) WHERE state = 0;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('owed',6);
COMMIT;

