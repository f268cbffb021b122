/**
 * What the first process of a host runs: `sh -c HOST_SCRIPT NAME FOLDER SSHD CHECKOUT`.
 *
 * Its namespaces are new; here they are given what makes them a machine of its own. The rest of the file system is
 * that of the test's machine, as if all hosts had it from one file server.
 */
export const HOST_SCRIPT = `
set -e
name=$0 folder=$1 sshd=$2 checkout=$3

hostname "$name"
# A checkout below /tmp has to be seen there still.
kept="$folder/checkout-$name"
case "$checkout" in /tmp/*) mkdir "$kept"; mount --bind "$checkout" "$kept" ;; esac
mount -t tmpfs -o mode=1777 tmpfs /tmp
case "$checkout" in /tmp/*) mkdir -p "$checkout"; mount --bind "$kept" "$checkout"; umount "$kept" ;; esac
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -m 755 /run/sshd
for file in hosts passwd shadow nsswitch.conf; do
  mount --bind "$folder/etc/$file" "/etc/$file"
done
ip link set lo up

# As a child, since the first process of a host has to see off everything that has lost its parent.
"$sshd" -D -e -f "$folder/sshd_config" &
wait
`
