/**
 * What ssh needs between hosts of a test, all in the test's own folder: a host key, a user key, configuration of
 * both ends, and the few files of /etc that the hosts see instead of the machine's own. Nobody's ~/.ssh is
 * read or written.
 */

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

/** Not 22, so that a test which forgets the configuration file fails. */
const PORT = 2222

export interface SshHost {
  readonly name: string
  readonly address: string
}

/** Path of the client's configuration file, for `ssh -F`. */
export function sshConfigIn(folder: string): string {
  return join(folder, 'ssh_config')
}

/** Of a client whose key no host knows. */
export function wrongKeyConfigIn(folder: string): string {
  return join(folder, 'ssh_config_wrong_key')
}

export function writeSsh(folder: string, hosts: readonly SshHost[]): void {
  for (const key of ['host_key', 'user_key', 'other_key']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key, '-f', join(folder, key)])
  }
  copyFileSync(join(folder, 'user_key.pub'), join(folder, 'authorized_keys'))
  const hostKey = readFileSync(join(folder, 'host_key.pub'), 'utf8')
  const names = hosts.flatMap(({ name, address }) => [`[${name}]:${PORT}`, `[${address}]:${PORT}`])
  writeFileSync(join(folder, 'known_hosts'), `${names.join(',')} ${hostKey}`)
  writeFileSync(
    join(folder, 'sshd_config'),
    `Port ${PORT}
HostKey ${join(folder, 'host_key')}
AuthorizedKeysFile ${join(folder, 'authorized_keys')}
PidFile none
UsePAM no
UseDNS no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
PrintLastLog no
`,
  )
  writeFileSync(sshConfigIn(folder), clientConfig(folder, 'user_key'))
  writeFileSync(wrongKeyConfigIn(folder), clientConfig(folder, 'other_key'))
  writeEtc(folder, hosts)
}

/** Only `user_key` opens a door. */
function clientConfig(folder: string, key: 'user_key' | 'other_key'): string {
  return `Host *
  Port ${PORT}
  User ${userInfo().username}
  IdentityFile ${join(folder, key)}
  IdentitiesOnly yes
  IdentityAgent none
  GlobalKnownHostsFile none
  UserKnownHostsFile ${join(folder, 'known_hosts')}
  StrictHostKeyChecking yes
`
}

function writeEtc(folder: string, hosts: readonly SshHost[]): void {
  const etc = join(folder, 'etc')
  const home = join(folder, 'home')
  mkdirSync(etc)
  mkdirSync(home)
  const { username } = userInfo()
  const lines = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n')
  const write = (file: string, text: readonly string[], mode?: number): void =>
    writeFileSync(join(etc, file), `${text.join('\n')}\n`, { mode })
  write('hosts', ['127.0.0.1 localhost', '::1 localhost', ...hosts.map((h) => `${h.address} ${h.name}`)])
  // Nobody is asked for names over a network that is not there.
  write('nsswitch.conf', ['passwd: files', 'group: files', 'shadow: files', 'hosts: files'])
  write(
    'passwd',
    lines('/etc/passwd').map((line) => {
      const fields = line.split(':')
      if (fields[0] !== username) return line
      fields[5] = home
      return fields.join(':')
    }),
  )
  // sshd lets nobody in whose password is locked, as root's is in many containers.
  write(
    'shadow',
    lines('/etc/shadow').map((line) => line.replace(new RegExp(`^${username}:[^:]*`), `${username}:*`)),
    0o600,
  )
}
