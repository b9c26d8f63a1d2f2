namespace EdgeMesh.Core.Tasks;

/// <summary>
/// How large a context an engine makes ready for a model, when it makes it as large as it is asked to. Few sizes, so that tasks of different lengths rarely make it load the
/// model again: 8,192 tokens, doubled as often as a text needs it, at most what the model takes. Pure.
/// </summary>
public static class ContextSize
{
    /// <summary>What most tasks get.</summary>
    public const int Usual = 8_192;

    /// <summary>The size for a prompt and its answer.</summary>
    /// <param name="tokens">Of both together.</param>
    /// <param name="most">What the model takes; null or 0 when that is not known.</param>
    public static int For(long tokens, int? most)
    {
        var limit = most is > 0 and var known ? known : int.MaxValue / 2;
        long size = Usual;
        while (size < tokens && size < limit)
        {
            size *= 2;
        }

        return (int)Math.Min(size, limit);
    }
}
