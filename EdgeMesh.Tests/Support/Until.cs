namespace EdgeMesh.Tests.Support;

/// <summary>Waits for a condition with a deadline, so that no test sleeps for a guess.</summary>
public static class Until
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks until the answer is not null; fails with <paramref name="what"/> at the deadline.</summary>
    public static async Task<T> NotNullAsync<T>(string what, Func<Task<T?>> ask, TimeSpan? deadline = null)
        where T : class
    {
        var limit = deadline ?? TimeSpan.FromSeconds(30);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Waited {limit.TotalSeconds:0.#} s in vain for: {what}");
            }

            await Task.Delay(Step, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks until it is true.</summary>
    public static Task TrueAsync(string what, Func<Task<bool>> ask, TimeSpan? deadline = null) =>
        NotNullAsync<object>(what, async () => await ask() ? ask : null, deadline);

    /// <summary>Asks until it is true.</summary>
    public static Task TrueAsync(string what, Func<bool> ask, TimeSpan? deadline = null) =>
        TrueAsync(what, () => Task.FromResult(ask()), deadline);
}
