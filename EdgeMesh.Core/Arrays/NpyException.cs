namespace EdgeMesh.Core.Arrays;

/// <summary>A file is no array that can be used; the message says which and why, for people.</summary>
public sealed class NpyException : FormatException
{
    public NpyException()
    {
    }

    public NpyException(string message)
        : base(message)
    {
    }

    public NpyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
