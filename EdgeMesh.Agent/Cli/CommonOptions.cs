using System.CommandLine;

namespace EdgeMesh.Agent.Cli;

/// <summary>Options that several commands share, and their defaults.</summary>
internal static class CommonOptions
{
    private const string TokenVariable = "EDGEMESH_TOKEN";

    public static Option<string?> Orchestrator() => new("--orchestrator")
    {
        Description = "The dashboard's address, such as http://localhost:8080. Needed when neither a join token nor an earlier join tells it.",
    };

    public static Option<string?> Token() => new("--token") { Description = "A join token; needed the first time only. - reads it from the input, where nobody else on this computer can see it (or environment variable EDGEMESH_TOKEN)." };

    public static Option<string?> Name() => new("--name") { Description = "The name to propose for this device. Default: the machine's name." };

    public static Option<string?> Data() => new("--data") { Description = "Where this device's key is kept. One directory, one device." };

    /// <summary>The token that was given, typed or in the environment, which programs started from here do not inherit.</summary>
    public static string TokenOf(string? given)
    {
        var inherited = Environment.GetEnvironmentVariable(TokenVariable);
        Environment.SetEnvironmentVariable(TokenVariable, null);
        if (given != "-")
        {
            return given ?? inherited ?? "";
        }

        if (!Console.IsInputRedirected)
        {
            Console.Write("Join token: ");
        }

        return Console.ReadLine()?.Trim() ?? "";
    }

    public static string NameOf(string? given) => given ?? Environment.MachineName;

    /// <summary>The data directory, absolute.</summary>
    public static string DataOf(string? given) => Path.GetFullPath(given ?? Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "edgemesh-agent"));
}
