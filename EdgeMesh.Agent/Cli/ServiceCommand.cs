using System.CommandLine;
using EdgeMesh.Agent.Service;

namespace EdgeMesh.Agent.Cli;

/// <summary><c>service install|status|uninstall</c>.</summary>
internal static class ServiceCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data();
        data.Recursive = true;
        var service = new Command("service", "Keeps the agent running after logout and restart.") { data };
        Add("install", "Installs and starts it; again after an update.", s => s.InstallAsync);
        Add("status", "0 running, 3 not running, 4 not installed.", s => s.StatusAsync);
        Add("uninstall", "Stops and removes it; the device's key stays.", s => s.UninstallAsync);
        return service;

        void Add(string name, string description, Func<ServiceInstaller, Func<CancellationToken, Task<int>>> what)
        {
            var command = new Command(name, description);
            command.SetAction((parsed, cancellation) => what(new ServiceInstaller(new ServiceHost(), CommonOptions.DataOf(parsed.GetValue(data)), Console.Out))(cancellation));
            service.Add(command);
        }
    }
}
