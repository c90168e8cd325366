-- A state file as version 1 wrote it: never changed, whatever the schema becomes.
PRAGMA application_id = 1113027444;
PRAGMA user_version = 1;
CREATE TABLE value (
  key TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  expires_at INTEGER,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX value_expiry ON value (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE counter (
  key TEXT PRIMARY KEY,
  cells TEXT NOT NULL,
  forget_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX counter_end ON counter (forget_at);

CREATE TABLE reservation (
  id TEXT PRIMARY KEY,
  reserved_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  lost_until INTEGER,
  items TEXT NOT NULL,
  tally TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX reservation_lease ON reservation (lease_until) WHERE lost_until IS NULL;
CREATE INDEX reservation_lost ON reservation (lost_until) WHERE lost_until IS NOT NULL;

CREATE TABLE sum_table (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sum_table_expiry ON sum_table (expires_at);
CREATE TABLE sum_row (
  table_number INTEGER NOT NULL,
  row TEXT NOT NULL,
  sums TEXT NOT NULL,
  PRIMARY KEY (table_number, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  json TEXT NOT NULL
) STRICT;
INSERT INTO value (key, version, expires_at, json)
  VALUES ('key', 1, NULL, '"value"');
INSERT INTO counter (key, cells, forget_at)
  VALUES ('until:a', '[0,0,5]', 1795263630456);
INSERT INTO reservation (id, reserved_at, lease_until, lost_until, items, tally)
  VALUES ('1', 1795256430456, 1795256490456, NULL, '[{"counter":"a","amount":5,"onLoss":"charge","window":{"until":1795260030456}}]', '{"table":"day","row":"dana","add":{"calls":1},"expiresAt":1795256431456}');
INSERT INTO sum_table (number, name, expires_at)
  VALUES (1, 'day', 1795256431456);
INSERT INTO sum_row (table_number, row, sums)
  VALUES (1, 'dana', '{"calls":1}');
