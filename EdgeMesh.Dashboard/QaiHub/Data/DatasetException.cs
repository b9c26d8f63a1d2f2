namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>A data set cannot be made as it was ordered; the message says why, for people.</summary>
internal sealed class DatasetException : Exception
{
    public DatasetException()
    {
    }

    public DatasetException(string message)
        : base(message)
    {
    }

    public DatasetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public DatasetException(string cause, string remedy)
        : base(cause) =>
        Remedy = remedy;

    /// <summary>What to do about it.</summary>
    public string Remedy { get; } = "";
}
