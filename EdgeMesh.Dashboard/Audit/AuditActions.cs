namespace EdgeMesh.Dashboard.Audit;

/// <summary>Everything the audit log tells of: its code, and the words of a page.</summary>
public static class AuditActions
{
    public const string KeyCreate = "key.create";
    public const string KeyDelete = "key.delete";
    public const string SignIn = "session.begin";
    public const string SignOut = "session.end";
    public const string SignInRefused = "session.refused";
    public const string KeyRefused = "key.refused";
    public const string TokenCreate = "joinToken.create";
    public const string TokenRevoke = "joinToken.revoke";
    public const string DeviceApprove = "device.approve";
    public const string DeviceRefuse = "device.refuse";
    public const string DeviceForget = "device.forget";
    public const string DeviceRename = "device.rename";
    public const string DeviceDrain = "device.drain";
    public const string DeviceResume = "device.resume";
    public const string EngineAllow = "engine.allow";
    public const string EngineForbid = "engine.forbid";
    public const string LanOpen = "lan.open";
    public const string LanClose = "lan.close";
    public const string AuthorityRotate = "ca.rotate";
    public const string ModelPreferences = "settings.models";
    public const string QaiHubSettings = "settings.qaihub";
    public const string ModelInstall = "model.install";
    public const string ModelRemove = "model.remove";
    public const string JobDelete = "job.delete";

    private static readonly Dictionary<string, string> s_words = new()
    {
        [KeyCreate] = "made the API key",
        [KeyDelete] = "deleted the API key",
        [SignIn] = "signed in with",
        [SignOut] = "ended the session",
        [SignInRefused] = "tried to sign in",
        [KeyRefused] = "used an API key that is not good",
        [TokenCreate] = "made a join token",
        [TokenRevoke] = "revoked the join token",
        [DeviceApprove] = "let in",
        [DeviceRefuse] = "sent away",
        [DeviceForget] = "forgot the device",
        [DeviceRename] = "renamed the device",
        [DeviceDrain] = "drained",
        [DeviceResume] = "resumed",
        [EngineAllow] = "let get prompts",
        [EngineForbid] = "gave no prompts any more to",
        [LanOpen] = "opened LAN access",
        [LanClose] = "closed LAN access",
        [AuthorityRotate] = "replaced the certificate authority",
        [ModelPreferences] = "changed the preferred models",
        [QaiHubSettings] = "changed the connection to QAI Hub",
        [ModelInstall] = "got the model",
        [ModelRemove] = "removed the model",
        [JobDelete] = "deleted the job",
    };

    /// <summary>All codes, in order.</summary>
    public static ImmutableArray<string> All { get; } = [.. s_words.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What was done, in words that the target's name may follow.</summary>
    public static string Words(string action) => s_words.GetValueOrDefault(action, action);
}
