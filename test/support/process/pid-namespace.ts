const AS_ROOT = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];

/**
 * The command that runs a program with process ids of its own, as a container does (Linux, package `util-linux`).
 * The program has process id 1. Without root, the kernel must allow user namespaces
 * (`sysctl kernel.apparmor_restrict_unprivileged_userns=0` on Ubuntu).
 */
export const PID_NAMESPACE: readonly string[] =
  process.getuid?.() === 0 ? AS_ROOT : [...AS_ROOT, '--user', '--map-root-user'];
