using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.Service;

namespace EdgeMesh.Agent.Cli;

/// <summary><c>status</c>: who this device is, what it joined, whether it is linked and kept running. Asks nobody.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data();
        var status = new Command("status", "Shows what this device has joined and whether its agent is linked; exits with 0 when it is.") { data };
        status.SetAction((parsed, cancellation) => ShowAsync(CommonOptions.DataOf(parsed.GetValue(data)), cancellation));
        return status;
    }

    private static async Task<int> ShowAsync(string data, CancellationToken cancellationToken)
    {
        var (runs, id) = Identity(data);
        Console.WriteLine($"Agent    {AgentVersion.Current}, data in {data}");
        Console.WriteLine($"Device   {id ?? "has no key yet: it has not joined"}");
        foreach (var mesh in new DeviceCertificateStore(data).All())
        {
            using var certificate = X509CertificateLoader.LoadCertificate(mesh.Certificate);
            Console.WriteLine($"Mesh     {string.Join(", ", mesh.Addresses.Take(3).Select(a => a.GetLeftPart(UriPartial.Authority)))}; certificate until {certificate.NotAfter:yyyy-MM-dd HH:mm}, renewed by itself");
        }

        if (LastOrchestrator.Read(data) is { } local)
        {
            Console.WriteLine($"Mesh     {local}, on this computer");
        }

        var link = LinkStatus.Read(data);
        Console.WriteLine($"Link     {(runs ? $"{link?.Words ?? "starting"} (since {link?.At.ToLocalTime():HH:mm:ss})" : "the agent does not run")}");
        Console.WriteLine($"Service  {(await new ServiceInstaller(new ServiceHost(), data, TextWriter.Null).AskAsync(cancellationToken)).Words}");
        return runs && link?.Linked == true ? 0 : AgentCommand.Failed;
    }

    // A running agent holds the lock; its id is that of the key all the same.
    private static (bool Runs, string? Id) Identity(string data)
    {
        if (!File.Exists(Path.Combine(data, "device.key")))
        {
            return (false, null);
        }

        try
        {
            using var key = DeviceKey.Open(data);
            return (false, key.Id.Value);
        }
        catch (DeviceKeyException)
        {
            return (true, "in use by the running agent");
        }
    }
}
