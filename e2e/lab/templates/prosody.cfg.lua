-- Rendered by prosody.ts. Everything on loopback, everything below the lab's own folder.
daemonize = false
run_as_root = true -- only asked for when the lab cannot drop privileges
pidfile = "@DIR@/prosody.pid"
data_path = "@DIR@/data"
plugin_paths = { "@DIR@/plugins" }
certificates = "@DIR@/certificates"
admin_socket = "@DIR@/prosody.sock"
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { @C2S@ }
c2s_direct_tls_ports = { @C2S_TLS@ }
s2s_ports = { @S2S@ }
s2s_direct_tls_ports = { }
http_interfaces = { "127.0.0.1" }
https_interfaces = { "127.0.0.1" }
http_ports = { @HTTP@ }
https_ports = { @HTTPS@ }
ssl = { certificate = "@CHAIN@"; key = "@KEY@"; cafile = "@CA@"; }
https_ssl = { certificate = "@CHAIN@"; key = "@KEY@"; }
c2s_require_encryption = true
s2s_require_encryption = true
s2s_secure_auth = true
-- plain: offers every SCRAM hash that prosody knows, so that a client has something to choose from
authentication = "internal_plain"
storage = "internal"
network_settings = { nagle = false }
archive_expires_after = "1w"
smacks_hibernation_time = 600
smacks_max_queue_size = 10000
http_max_content_size = 64 * 1024 * 1024
-- no mod_limits: it throttles a client to 10 kB/s
log = { { levels = { min = "@LOG_LEVEL@" }, to = "console" } }
modules_enabled = {
  "roster"; "saslauth"; "tls"; "disco"; "private"; "blocklist"; "carbons"; "mam"; "smacks"; "csi_simple";
  "pep"; "bookmarks"; "vcard4"; "vcard_legacy"; "ping"; "time"; "version"; "uptime"; "websocket"; "offline";
  "lastactivity"; "c2s"; "s2s"; "admin_shell"; "smacks_fix_resume";
}
modules_disabled = { "s2s_auth_dane_in" }

VirtualHost "@DOMAIN@"
  http_host = "localhost"
Component "conference.@DOMAIN@" "muc"
  modules_enabled = { "muc_mam" }
  muc_room_default_history_length = 50
  restrict_room_creation = "local"
Component "upload.@DOMAIN@" "http_file_share"
  http_host = "localhost"
  http_external_url = "https://localhost:@HTTPS@/"
  http_paths = { file_share = "/upload" }
  http_file_share_size_limit = 32 * 1024 * 1024
  http_file_share_expires_after = 86400
