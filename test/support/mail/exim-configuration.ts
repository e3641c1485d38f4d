export interface EximOptions {
  /** Holds the certificate, the spool, the log and the mails. */
  readonly folder: string;
  readonly port: number;
  readonly login: { user: string; pass: string };
}

/**
 * A configuration of Exim that demands STARTTLS and a login, and delivers mails of example.org to one Maildir. It has no transport
 * that leaves the machine. Its manners: it has no mailbox `refused`, and defers those whose name begins with `greylisted` until
 * the file `known` names them.
 */
export const eximConfiguration = ({ folder, port, login }: EximOptions): string => `
keep_environment = LD_PRELOAD : LD_LIBRARY_PATH : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
primary_hostname = mail.example.org
spool_directory = ${folder}/spool
log_file_path = ${folder}/%s.log
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
tls_advertise_hosts = *
tls_certificate = ${folder}/certificate.pem
tls_privatekey = ${folder}/key.pem
auth_advertise_hosts = \${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = receiver
acl_smtp_data = accept
deliver_drop_privilege = true

begin acl
receiver:
  require authenticated = *
  deny    !domains = example.org
          message = 5.7.1 no relay
  deny    local_parts = refused
          message = 5.1.1 no such mailbox
  defer   local_parts = ^greylisted
          condition = \${lookup{$local_part}lsearch{${folder}/known}{no}{yes}}
          message = 4.7.1 greylisted
  accept

begin routers
mailbox:
  driver = accept
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = ${folder}/maildir
  maildir_format
  return_path_add
  envelope_to_add
  headers_add = X-Login: $authenticated_id

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{$auth2}{${login.user}}}{eq{$auth3}{${login.pass}}}}}
  server_set_id = $auth2
`;
