using System.CommandLine;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary><c>edgemesh-agent qaihub …</c>: Qualcomm AI Hub from the command line. Nothing of its client is loaded until one of these runs.</summary>
internal static class QaiHubCommand
{
    public static Command Create() => new("qaihub", "Qualcomm AI Hub: devices, compile and profile jobs, downloads.")
    {
        DoctorCommand.Create(),
        DevicesCommand.Create(),
        CompileCommand.Create(),
        ProfileCommand.Create(),
        JobsCommand.Create(),
        DownloadCommand.Create(),
    };
}
