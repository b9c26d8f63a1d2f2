using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Engines.Owners;
using EdgeMesh.Agent.Runtimes.OpenAi;

namespace EdgeMesh.Agent.Runtimes.Discovery;

/// <summary>The engines that people have: the configured ones, and a search for the rest.</summary>
internal static class EngineServices
{
    public static IServiceCollection AddEngines(this IServiceCollection services, AgentOptions options)
    {
        var context = Context(options.DataDirectory);
        services.AddSingleton(context).AddSingleton(new DiscoveryOptions
        {
            Engines = options.FindEngines ? KnownEngine.All : [],
            ConfiguredPorts = [.. options.OpenAiServers.Select(s => s.Bases[0]).Where(u => u.IsLoopback).Select(u => u.Port)],
        });
        var keys = new OpenAiKeys(options.OpenAiKey);
        foreach (var server in options.OpenAiServers)
        {
            services.AddSingleton<IRuntime>(new OpenAiRuntime(server, keys.For(server.Bases[0]), context.Skills, context.Time));
        }

        return services.AddHostedService<EngineDiscovery>();
    }

    // A mistake in a person's rules must not keep the device from working: the usual rules hold, and the log says so.
    private static EngineContext Context(string dataDirectory)
    {
        try
        {
            return new EngineContext(SkillRules.Load(dataDirectory), TimeProvider.System) { Book = new EngineBook(dataDirectory) };
        }
        catch (InvalidDataException e)
        {
            return new EngineContext(SkillRules.Default, TimeProvider.System, e.Message) { Book = new EngineBook(dataDirectory) };
        }
    }
}
