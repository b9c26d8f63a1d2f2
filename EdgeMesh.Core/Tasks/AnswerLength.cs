using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Tasks;

/// <summary>How long answers are when nobody asks for a length: the one place for planning and for the agent. Tokens; pure.</summary>
public static class AnswerLength
{
    /// <summary>What an engine keeps room for, and where one that needs a limit ends an answer.</summary>
    public const int Unasked = 1_024;

    /// <summary>What answers usually are, before anything was learned: what a prediction counts on and a context has to have room for.</summary>
    public static int Usual(Skill? skill) => skill switch
    {
        Skill.Summarize => 200,
        Skill.Code => 500,
        _ => 300,
    };
}
