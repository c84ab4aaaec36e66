import { ROOMS_DOMAIN } from './xmpp-member'

// Each server as its packages set it up, with what the comparison needs: one port, no encryption, members without an
// account, rooms that store their messages, and no limits on load.

export const ejabberdYml = (port: number, folder: string): string => `
hosts: [localhost]
loglevel: error
auth_method: anonymous
anonymous_protocol: sasl_anon
allow_multiple_connections: true
default_db: sql
sql_type: sqlite
sql_database: "${folder}/ejabberd.db"
acl: {}
access_rules: { c2s: { allow: all } }
listen:
  - { port: ${port}, ip: "127.0.0.1", module: ejabberd_c2s, access: c2s, starttls: false, max_stanza_size: 262144 }
modules:
  mod_mam: { default: always }
  mod_muc:
    host: ${ROOMS_DOMAIN}
    access: all
    access_create: all
    history_size: 0
    max_users: 5000
    max_user_conferences: 100
    default_room_options: { mam: true, public: true, max_users: 5000 }
`

export const prosodyLua = (port: number, folder: string): string => `
run_as_root = true
pidfile = "${folder}/prosody.pid"
data_path = "${folder}"
log = { error = "*console" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
c2s_direct_tls_ports = {}
http_ports = {}
https_ports = {}
c2s_require_encryption = false
authentication = "anonymous"
modules_enabled = { "saslauth", "disco" }
modules_disabled = { "s2s", "offline" }
storage = "sql"
sql = { driver = "SQLite3", database = "${folder}/prosody.sqlite" }
VirtualHost "localhost"
Component "${ROOMS_DOMAIN}" "muc"
  modules_enabled = { "muc_mam" }
  muc_log_by_default = true
  muc_room_locking = false
  muc_room_default_history_length = 0
`

export const natsConf = (port: number, folder: string): string => `
listen: "127.0.0.1:${port}"
jetstream { store_dir: "${folder}/jetstream" }
`
