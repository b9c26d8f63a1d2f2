using System.Runtime.InteropServices;

namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>
/// A seccomp filter for the whole process: what a model's computation never needs is refused with EPERM, most of all new sockets, programs and processes, and everything
/// that changes files without opening them. .NET and the engines go on under it; it is put on before the first model is read.
/// </summary>
internal static class Seccomp
{
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort JumpIfAnyBit = 0x45;
    private const ushort Return = 0x06;
    private const uint NumberAt = 0;
    private const uint ArchitectureAt = 4;
    private const uint FirstArgumentAt = 16;
    private const uint Allow = 0x7fff0000;
    private const uint NotPermitted = 0x00050000 | 1;
    private const uint NoSuchCall = 0x00050000 | 38;
    private const uint KillProcess = 0x80000000;
    private const uint OtherAbi = 0x40000000; // x32's numbers
    private const uint Thread = 0x00010000;   // CLONE_THREAD
    private const uint Namespaces = 0x7e020000 | 0x80;
    private const int SetModeFilter = 1;
    private const int AllThreads = 1;

    /// <summary>Whether there are numbers for this machine's kernel.</summary>
    public static bool IsKnownHere => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Puts it on every thread, for good; nothing happens on a processor whose numbers are not known here.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static unsafe void Install()
    {
        if (!IsKnownHere)
        {
            return;
        }

        var arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        var program = Program(arm);
        fixed (Instruction* first = program)
        {
            var whole = new Whole((ushort)program.Length, (nint)first);
            var result = LinuxCalls.Call(arm ? 277 : 317, SetModeFilter, AllThreads, (nint)(&whole), 0);
            LinuxCalls.Check(result > 0 ? -1 : result, "a seccomp filter on all threads");
        }
    }

    /// <summary>The filter: architecture, then the number, then for clone its flags.</summary>
    internal static Instruction[] Program(bool arm)
    {
        var denied = DeniedCalls.For(arm);
        var (clone, clone3) = arm ? (220u, 435u) : (56u, 435u);

        // From the end: [allow] [deny] [no such call] [kill] [clone: load, namespaces?, thread?]
        var head = 4 + (arm ? 0 : 1) + 1;
        var allow = head + denied.Length;
        var (deny, missing, kill, flags) = (allow + 1, allow + 2, allow + 3, allow + 4);
        var code = new List<Instruction> { new(LoadWord, 0, 0, ArchitectureAt) };
        Jump(JumpIfEqual, arm ? 0xC00000B7 : 0xC000003E, -1, kill);
        code.Add(new(LoadWord, 0, 0, NumberAt));
        if (!arm)
        {
            Jump(JumpIfAtLeast, OtherAbi, missing, -1);
        }

        // The flags of clone3 are in memory, where a filter cannot look; without it the C library uses clone.
        Jump(JumpIfEqual, clone3, missing, -1);
        Jump(JumpIfEqual, clone, flags, -1);
        foreach (var call in denied)
        {
            Jump(JumpIfEqual, call, deny, -1);
        }

        code.AddRange([new(Return, 0, 0, Allow), new(Return, 0, 0, NotPermitted), new(Return, 0, 0, NoSuchCall), new(Return, 0, 0, KillProcess), new(LoadWord, 0, 0, FirstArgumentAt)]);
        code.Add(new(JumpIfAnyBit, 1, 0, Namespaces));
        code.Add(new(JumpIfAnyBit, 1, 0, Thread));
        code.Add(new(Return, 0, 0, NotPermitted));
        code.Add(new(Return, 0, 0, Allow));
        return [.. code];

        // To a place, or on to the next (-1).
        void Jump(ushort kind, uint value, int then, int otherwise) => code.Add(new(kind, Distance(then), Distance(otherwise), value));

        byte Distance(int to) => to < 0 ? (byte)0 : checked((byte)(to - code.Count - 1));
    }

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Instruction(ushort Code, byte Then, byte Otherwise, uint Value);

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Whole(ushort Length, nint First);
}
