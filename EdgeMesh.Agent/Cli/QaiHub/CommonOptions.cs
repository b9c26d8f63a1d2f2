using System.CommandLine;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary>Options that several commands share; each command makes its own.</summary>
internal static class CommonOptions
{
    public static Option<string?> Profile() => new("--profile") { Description = "Uses ~/.qai_hub/PROFILE.ini. Default: QAIHUB_CLIENT_INI, then QAI_HUB_API_TOKEN, then ~/.qai_hub/client.ini." };

    public static Option<string> Device() => new("--device") { Description = "The device's name, as 'devices' shows it.", Required = true };

    public static Option<string?> Os() => new("--os") { Description = "Its OS version, such as 14 or \"[13,14)\"." };

    public static Option<string[]> Attribute() => new("--attribute") { Description = "What the device must have, such as chipset:qualcomm-snapdragon-8gen3; may be repeated.", Arity = ArgumentArity.ZeroOrMore };

    public static Option<string?> Options() => new("--options") { Description = "Further options of the service, as one text in quotes." };

    public static Option<string?> Name() => new("--name") { Description = "The job's name at the service." };

    public static Option<bool> NoWait() => new("--no-wait") { Description = "Ends once the job is created instead of waiting for its end." };
}
