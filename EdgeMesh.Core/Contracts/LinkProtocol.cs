namespace EdgeMesh.Core.Contracts;

/// <summary>What both sides of a link must agree on.</summary>
public static class LinkProtocol
{
    /// <summary>The version of handshake, enrolment and service that both sides must speak. 2: both sides prove themselves.</summary>
    public const int Version = 2;
}
