namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>System calls that a worker never needs, with their numbers on x64 and arm64 (0: not there).</summary>
internal static class DeniedCalls
{
    private const uint None = 0;

    private static readonly (string Name, uint X64, uint Arm64)[] All =
    [
        // Sockets: the pipe to the agent is open already.
        ("socket", 41, 198), ("socketpair", 53, 199), ("connect", 42, 203), ("bind", 49, 200), ("listen", 50, 201), ("accept", 43, 202), ("accept4", 288, 242),

        // Programs and processes.
        ("execve", 59, 221), ("execveat", 322, 281), ("fork", 57, None), ("vfork", 58, None), ("ptrace", 101, 117), ("process_vm_readv", 310, 270), ("process_vm_writev", 311, 271),
        ("kcmp", 312, 272), ("kill", 62, 129), ("tkill", 200, 130), ("rt_sigqueueinfo", 129, 138), ("rt_tgsigqueueinfo", 297, 240), ("pidfd_open", 434, 434), ("pidfd_send_signal", 424, 424),
        ("pidfd_getfd", 438, 438), ("process_madvise", 440, 440), ("setpriority", 141, 140),

        // What changes files without opening them: Landlock does not cover it.
        ("chmod", 90, None), ("fchmod", 91, 52), ("fchmodat", 268, 53), ("fchmodat2", 452, 452), ("chown", 92, None), ("fchown", 93, 55), ("lchown", 94, None), ("fchownat", 260, 54),
        ("setxattr", 188, 5), ("lsetxattr", 189, 6), ("fsetxattr", 190, 7), ("removexattr", 197, 14), ("lremovexattr", 198, 15), ("fremovexattr", 199, 16), ("setxattrat", 463, 463),
        ("removexattrat", 466, 466), ("utime", 132, None), ("utimes", 235, None), ("futimesat", 261, None), ("utimensat", 280, 88), ("truncate", 76, 45), ("name_to_handle_at", 303, 264),
        ("open_by_handle_at", 304, 265), ("file_setattr", 469, 469),

        // Mounts and namespaces.
        ("mount", 165, 40), ("umount2", 166, 39), ("pivot_root", 155, 41), ("chroot", 161, 51), ("open_tree", 428, 428), ("move_mount", 429, 429), ("fsopen", 430, 430), ("fsconfig", 431, 431),
        ("fsmount", 432, 432), ("fspick", 433, 433), ("mount_setattr", 442, 442), ("unshare", 272, 97), ("setns", 308, 268),

        // Large parts of the kernel that hostile code likes.
        ("bpf", 321, 280), ("io_uring_setup", 425, 425), ("io_uring_enter", 426, 426), ("io_uring_register", 427, 427), ("userfaultfd", 323, 282), ("perf_event_open", 298, 241),
        ("keyctl", 250, 219), ("add_key", 248, 217), ("request_key", 249, 218), ("init_module", 175, 105), ("finit_module", 313, 273), ("delete_module", 176, 106), ("kexec_load", 246, 104),
        ("kexec_file_load", 320, 294), ("reboot", 169, 142), ("swapon", 167, 224), ("swapoff", 168, 225), ("syslog", 103, 116), ("acct", 163, 89), ("quotactl", 179, 60), ("iopl", 172, None),
        ("ioperm", 173, None), ("modify_ldt", 154, None), ("personality", 135, 92), ("sethostname", 170, 161), ("setdomainname", 171, 162), ("settimeofday", 164, 170),
        ("clock_settime", 227, 112), ("adjtimex", 159, 171), ("clock_adjtime", 305, 266),

        // Memory and queues shared with other processes.
        ("shmget", 29, 194), ("shmat", 30, 196), ("shmctl", 31, 195), ("semget", 64, 190), ("msgget", 68, 186), ("mq_open", 240, 180), ("mq_unlink", 241, 181),
    ];

    /// <summary>Their numbers on one processor.</summary>
    public static uint[] For(bool arm) => [.. All.Select(c => arm ? c.Arm64 : c.X64).Where(n => n != None)];
}
