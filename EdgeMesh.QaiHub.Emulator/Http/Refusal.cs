namespace EdgeMesh.QaiHub.Emulator.Http;

/// <summary>An answer that is not 200: <c>{"detail": …}</c> with a status, as the service words it.</summary>
internal sealed class Refusal(int status, string detail, Exception? inner = null) : Exception(detail, inner)
{
    public Refusal()
        : this(500, "")
    {
    }

    public Refusal(string message)
        : this(500, message)
    {
    }

    public Refusal(string message, Exception innerException)
        : this(500, message, innerException)
    {
    }

    public int Status => status;

    /// <summary>What the service says of an id that it does not know.</summary>
    public static Refusal NotFound() => new(StatusCodes.Status404NotFound, "Not found.");
}
