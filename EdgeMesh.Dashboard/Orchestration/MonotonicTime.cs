using Orleans.Hosting;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// Time that never goes back and never jumps: the clock as it was at the start, and what has passed since by the timestamps. Whoever only measures how long something took
/// or may still take needs nothing else; it is not the time of day once somebody has set the clock.
/// </summary>
public sealed class MonotonicTime(TimeProvider inner) : TimeProvider
{
    private readonly DateTimeOffset _start = inner.GetUtcNow();
    private readonly long _startTimestamp = inner.GetTimestamp();

    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _start + inner.GetElapsedTime(_startTimestamp);

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
}

/// <summary>Gives Orleans its own time.</summary>
internal static class MonotonicTimeSiloBuilderExtensions
{
    private const string OrleansPrefix = "Orleans";

    /// <summary>
    /// Every service of Orleans that asks for the time gets one that never goes back: its collector of idle grains refuses every new grain when the clock was set back by more than its
    /// age limit, so no job could be submitted. Call it last, when all services are registered.
    /// </summary>
    /// <exception cref="Configuration.StartupException">This version of Orleans asks for the time in another way.</exception>
    public static ISiloBuilder UseMonotonicTime(this ISiloBuilder silo)
    {
        var services = silo.Services;
        services.AddSingleton(s => new MonotonicTime(s.GetRequiredService<TimeProvider>()));
        var asking = services.Where(d => !d.IsKeyedService && d.ImplementationType is { } type && AsksForTime(type)).ToList();
        if (asking.Count == 0)
        {
            throw new Configuration.StartupException("This version of Orleans registers no service that asks for the time, so a clock that is set back would stop it. It is not started.");
        }

        foreach (var descriptor in asking)
        {
            var type = descriptor.ImplementationType!;
            services[services.IndexOf(descriptor)] = ServiceDescriptor.Describe(
                descriptor.ServiceType, s => ActivatorUtilities.CreateInstance(s, type, s.GetRequiredService<MonotonicTime>()), descriptor.Lifetime);
        }

        return silo;
    }

    private static bool AsksForTime(Type type) =>
        type.Assembly.GetName().Name!.StartsWith(OrleansPrefix, StringComparison.Ordinal) && !type.ContainsGenericParameters
        && type.GetConstructors().Any(c => c.GetParameters().Any(p => p.ParameterType == typeof(TimeProvider)));
}
