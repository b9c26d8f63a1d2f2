using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeMesh.Agent.Worker;

/// <summary>
/// Nothing phones home: the usage reports of engines and of .NET are off in every process that has this assembly, and in the processes they start. ONNX Runtime would write a
/// device id below the home folder and send records to its maker; on Unix it looks at the C library's environment only, at its start.
/// </summary>
public static partial class EngineTelemetry
{
    private static readonly string[] Switches = ["ORT_DISABLE_TELEMETRY", "DOTNET_CLI_TELEMETRY_OPTOUT"];

    /// <summary>Switches it off for this process and its children; called by itself as soon as anything of this assembly is used.</summary>
#pragma warning disable CA2255 // It has to come before the first type of an engine, whoever touches that: a program of ours, a test, a bench.
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void Off()
    {
        foreach (var name in Switches)
        {
            Environment.SetEnvironmentVariable(name, "1");
            if (!OperatingSystem.IsWindows() && SetInLibC(name, "1", overwrite: 1) != 0)
            {
                throw new InvalidOperationException($"{name} could not be set in this process (errno {Marshal.GetLastPInvokeError()}).");
            }
        }
    }

    /// <summary>What a process started by us gets in its environment.</summary>
    internal static void Off(IDictionary<string, string?> environment)
    {
        foreach (var name in Switches)
        {
            environment[name] = "1";
        }
    }

    // .NET keeps an environment of its own; native code sees this one.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetInLibC(string name, string value, int overwrite);
}
