using EdgeMesh.Agent.Identity;

namespace EdgeMesh.Agent.Enrolment;

/// <summary>How a try to join or to renew ended.</summary>
public abstract record EnrolResult
{
    private EnrolResult()
    {
    }

    /// <summary>The device belongs to the mesh and has its certificate; it is stored.</summary>
    public sealed record Enrolled(MeshMembership Membership) : EnrolResult;

    /// <summary>A person has to approve it on the dashboard; ask again after a while.</summary>
    public sealed record Pending(string Words, TimeSpan AskAgain) : EnrolResult;

    /// <summary>It did not work.</summary>
    /// <param name="Final">Trying again without a change is pointless.</param>
    public sealed record Refused(Problem Problem, bool Final) : EnrolResult;
}
