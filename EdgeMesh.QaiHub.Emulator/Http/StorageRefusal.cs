namespace EdgeMesh.QaiHub.Emulator.Http;

/// <summary>An error of the object store behind presigned URLs: XML with a code and a message, as S3 answers.</summary>
internal sealed class StorageRefusal(int status, string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public StorageRefusal()
        : this(500, "InternalError", "")
    {
    }

    public StorageRefusal(string message)
        : this(500, "InternalError", message)
    {
    }

    public StorageRefusal(string message, Exception innerException)
        : this(500, "InternalError", message, innerException)
    {
    }

    public int Status => status;

    public string Code => code;

    public static StorageRefusal Expired() => new(403, "AccessDenied", "Request has expired");

    public static StorageRefusal BadSignature() =>
        new(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
}
