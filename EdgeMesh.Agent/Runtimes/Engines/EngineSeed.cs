using System.Globalization;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>Seeds of 64 bits for engines that take fewer.</summary>
public static class EngineSeed
{
    /// <summary>
    /// A seed an engine takes: itself when it is in the range, else a mix of all its 64 bits (the finalizer of SplitMix64), so that two seeds that differ only above the range
    /// are not one. The same seed always gives the same.
    /// </summary>
    /// <param name="bits">How many bits the engine takes, 1 to 63.</param>
    public static long Fold(long seed, int bits)
    {
        var most = (1L << bits) - 1;
        if (seed >= 0 && seed <= most)
        {
            return seed;
        }

        var z = unchecked((ulong)seed);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (long)((z ^ (z >> 31)) & (ulong)most);
    }

    /// <summary>For the receipt: the seed that was asked for, and what the engine got when that is another.</summary>
    public static string Words(long? asked, string used, string engine) =>
        asked is { } seed && seed.ToString(CultureInfo.InvariantCulture) is var text && text != used ? $"Seed {text} ({used} for {engine})." : $"Seed {used}.";
}
