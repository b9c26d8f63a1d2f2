namespace EdgeMesh.Dashboard.Access.Sessions;

/// <summary>Who is signed in, in which browser; a session ends here, not only in its browser. Thread-safe.</summary>
public interface ISessions
{
    /// <summary>The sessions that are good now, the last seen first.</summary>
    ImmutableArray<SessionInfo> List();

    /// <summary>Ends a session with its circuits and streams. Null when done, else why not.</summary>
    Task<Problem?> EndAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Cancelled when the session ends; already cancelled when there is none.</summary>
    CancellationToken Ended(Guid id);
}

/// <param name="KeyId">The key that began it; deleting the key ends it.</param>
/// <param name="Address">Where it was begun from, such as <c>192.168.1.23</c>; <c>this computer</c> for loopback, empty when unknown.</param>
/// <param name="Browser">Such as <c>Firefox on Windows</c>, by the browser's own word.</param>
public sealed record SessionInfo(Guid Id, Guid KeyId, string KeyName, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, string Address, string Browser);
