using EdgeMesh.Agent.Hosting;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.OpenAi;

namespace EdgeMesh.Agent.Runtimes.Discovery;

/// <summary>The engines that people have: the configured ones, and a search for the rest.</summary>
internal static class EngineServices
{
    public static IServiceCollection AddEngines(this IServiceCollection services, AgentOptions options)
    {
        var context = new EngineContext(SkillRules.Load(options.DataDirectory), TimeProvider.System);
        services.AddSingleton(context).AddSingleton(new DiscoveryOptions
        {
            Engines = options.FindEngines ? KnownEngine.All : [],
            ConfiguredPorts = [.. options.OpenAiUrls.Where(u => u.IsLoopback).Select(u => u.Port)],
        });
        foreach (var url in options.OpenAiUrls)
        {
            services.AddSingleton<IRuntime>(new OpenAiRuntime(url, options.OpenAiKey, context.Skills, context.Time));
        }

        return services.AddHostedService<EngineDiscovery>();
    }
}
